// DEVELOPMENT ONLY: a stand-in gateway with two made-up services ("lost property", "street trees"), so that pages can
// be looked at without servers and so that nothing in them can lean on a real domain. Never shipped, never tested
// against: tests of behaviour use the real gateway.
//   node dev/mock.mjs [port] [path of a dist folder]
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const PORT = Number(process.argv[2] ?? 8790)
const DIST = process.argv[3] ?? join(HERE, '../../shuniu_gateway/dist')
const DATA = join(HERE, '../../../../demo/shuniu_demo/data')
const street = JSON.parse(readFileSync(join(DATA, 'shuniu-street.geojson'), 'utf8'))
const base = readFileSync(join(DATA, 'shuniu-base.geojson'), 'utf8')

let seed = 7
const random = () => {
  seed = (seed + 0x6d2b79f5) | 0
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296
}
const pick = (list) => list[Math.floor(random() * list.length)]
const T = (zh, en) => ({ zh, en })
const uuid = () => 'xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16))

const SCOPE = '320199001'
const areas = street.features.map((f) => ({ code: f.properties.code, parent: f.properties.parent, title: f.properties.title, subtype: f.properties.subtype, level: f.properties.level, geometry: 'x', attributes: {} }))
const grids = areas.filter((a) => a.level === 'grid')
const weight = new Map(grids.map((g) => [g.code, random() ** 3 + (g.subtype === 'DEDICATED' ? 0.02 : 0.35)]))
const weighed = grids.flatMap((g) => Array(Math.ceil(weight.get(g.code) * 20)).fill(g))
const units = ['失物中心', '园林队', '地铁站务', '公交总站', '社区服务站', '树木医院', '清运队', '图书馆'].map((zh, i) => ({ code: `U${i + 1}`, parent: '', title: T(zh, `Unit ${i + 1}`), subtype: 'OFFICE', attributes: {} }))

const status = (id, zh, en, open, tone, order) => ({ id, title: T(zh, en), open, tone, order })
const manifests = [
  {
    service: 'lost', version: '0.3.0', title: T('失物招领', 'Lost property'), summary: T('登记与归还', 'Register and return'), icon: 'search', order: 1,
    kinds: [{
      id: 'item', title: T('失物单', 'Lost item'), plural: T('失物单', 'Lost items'), icon: 'search', order: 1,
      statuses: [status('FOUND', '待登记', 'Found', true, 'waiting', 0), status('KEPT', '保管中', 'Kept', true, 'active', 1), status('CLAIMED', '待核对', 'Claimed', true, 'checking', 2), status('RETURNED', '已归还', 'Returned', false, 'done', 3), status('AUCTIONED', '已拍卖', 'Auctioned', false, 'stopped', -1)],
      unit_statuses: [status('ASKED', '已通知', 'Asked', true, 'waiting', 0), status('CAME', '已到场', 'Came', true, 'active', 1)],
      categories: ['雨伞', '钱包', '钥匙', '手机', '书籍', '玩具', '乐器', '其他'].map((zh, i) => ({ id: `C${i}`, title: T(zh, `Class ${i}`) })),
      clocks: [{ id: 'keep', title: T('保管期限', 'Keeping') }],
    }],
    measures: [{ name: 'lost.items.found', title: T('今日拾得', 'Found today'), kind: 'sum', unit: T('件', '') }],
    rates: [{ name: 'lost.return', title: T('归还率', 'Return rate'), numerator: ['a'], denominator: ['b'], cohort: T('本月登记', 'registered this month'), target: 0.9, better: 'up' }],
    panels: [{ id: 'k1', title: T('今日拾得', 'Found today'), kind: 'kpi', measure: 'lost.items.found' }, { id: 'k2', title: T('归还率', 'Return rate'), kind: 'kpi', rate: 'lost.return' }, { id: 's1', title: T('失物进度', 'Items by stage'), kind: 'stages', matter_kind: 'item' }, { id: 'c1', title: T('失物类别', 'Item classes'), kind: 'classes', matter_kind: 'item' }, { id: 'h1', title: T('24 小时拾得', 'Found by hour'), kind: 'hours', matter_kind: 'item' }, { id: 'm1', title: T('归还率', 'Return rate'), kind: 'map', rate: 'lost.return' }],
    actions: [
      { name: 'RegisterItem', title: T('登记失物', 'Register an item'), opens: 'item', tone: 'primary', icon: 'plus', surfaces: ['phone', 'board', 'map'], preview: 'yes', order: 0, help: T('拾得后请尽快登记。', 'Register soon after finding.'),
        schema: { type: 'object', required: ['photos', 'area', 'category', 'text'], $defs: { Blob: { type: 'object', properties: { sha256: { type: 'string' } } }, Place: { type: 'object', properties: { name: { type: 'string', maxLength: 60, 'x-title': T('地点名称', 'Name of place') }, lon: { anyOf: [{ type: 'number' }, { type: 'null' }] }, lat: { anyOf: [{ type: 'number' }, { type: 'null' }] } } } },
          properties: {
            photos: { type: 'array', items: { $ref: '#/$defs/Blob' }, 'x-widget': 'blob-list', minItems: 1, maxItems: 9, 'x-title': T('照片', 'Photos') },
            area: { type: 'string', 'x-widget': 'area', minLength: 1, 'x-title': T('网格', 'Grid') },
            place: { anyOf: [{ $ref: '#/$defs/Place' }, { type: 'null' }], default: null, 'x-widget': 'place', 'x-title': T('地点', 'Place') },
            category: { type: 'string', 'x-widget': 'category', minLength: 1, 'x-title': T('类别', 'Category') },
            text: { type: 'string', 'x-widget': 'textarea', minLength: 4, maxLength: 500, 'x-title': T('描述', 'Description') },
            size: { enum: ['SMALL', 'LARGE'], default: 'SMALL', 'x-title': T('大小', 'Size'), 'x-enum-titles': [T('小件', 'Small'), T('大件', 'Large')] },
            urgent: { type: 'boolean', default: false, 'x-title': T('贵重物品', 'Valuable') },
          } } },
      { name: 'AskUnits', title: T('通知单位', 'Ask units'), kind: 'item', matter_field: 'item', tone: 'primary', icon: 'send', surfaces: ['matter', 'board'], order: 1,
        schema: { type: 'object', required: ['item', 'lead', 'units', 'until'], properties: { item: { type: 'string', 'x-widget': 'hidden' }, lead: { type: 'string', 'x-widget': 'unit', minLength: 1, 'x-title': T('牵头单位', 'Lead unit') }, units: { type: 'array', items: { type: 'string' }, 'x-widget': 'unit-list', 'x-title': T('协助单位', 'Other units') }, until: { type: 'string', format: 'date-time', 'x-widget': 'datetime', 'x-title': T('到期', 'Until') }, days: { type: 'integer', minimum: 1, maximum: 30, default: 7, 'x-title': T('保管天数', 'Days kept') } } } },
      { name: 'RateReturn', title: T('评价', 'Rate'), kind: 'item', matter_field: 'item', tone: 'normal', icon: 'star', order: 2, schema: { type: 'object', required: ['item', 'stars'], properties: { item: { type: 'string', 'x-widget': 'hidden' }, stars: { type: 'integer', minimum: 1, maximum: 5, 'x-widget': 'rating', 'x-title': T('满意度', 'Satisfaction') }, note: { anyOf: [{ type: 'string', maxLength: 300 }, { type: 'null' }], 'x-widget': 'textarea', 'x-title': T('说明', 'Note') } } } },
      { name: 'Auction', title: T('拍卖', 'Auction'), kind: 'item', matter_field: 'item', tone: 'danger', icon: 'flag', order: 3, schema: { type: 'object', required: ['item', 'reason'], properties: { item: { type: 'string', 'x-widget': 'hidden' }, reason: { type: 'string', minLength: 5, 'x-title': T('理由', 'Reason') } } } },
      { name: 'Come', title: T('到场', 'Come'), kind: 'item', matter_field: 'item', tone: 'primary', icon: 'check', surfaces: ['matter', 'phone'], order: 1, schema: { type: 'object', required: ['item'], properties: { item: { type: 'string', 'x-widget': 'hidden' } } } },
    ],
    roles: [{ id: 'LEAD', title: T('牵头', 'lead') }, { id: 'CO', title: T('协助', 'helps') }],
    texts: { 'move.found': T('拾得', 'Found'), 'move.kept': T('入库', 'Kept'), 'move.claimed': T('认领', 'Claimed'), 'move.returned': T('归还', 'Returned'), 'move.late': T('超期', 'Overdue'), 'flag.valuable': T('贵重', 'Valuable'), 'field.finder': T('拾得方式', 'How found'), 'section.checks': T('核对记录', 'Checks'), 'detail.to': T('送往 {unit}', 'Sent to {unit}') },
  },
  {
    service: 'trees', version: '0.1.2', title: T('行道树', 'Street trees'), summary: T('养护', 'Care'), icon: 'flag', order: 2,
    kinds: [{ id: 'tree', title: T('树木单', 'Tree job'), plural: T('树木单', 'Tree jobs'), icon: 'flag', order: 1, statuses: [status('SEEN', '待查看', 'Seen', true, 'waiting', 0), status('CUTTING', '修剪中', 'Cutting', true, 'active', 1), status('DONE', '已养护', 'Cared for', false, 'done', 2)], categories: ['枯枝', '倾斜', '虫害'].map((zh, i) => ({ id: `T${i}`, title: T(zh, `Tree ${i}`) })), clocks: [{ id: 'care', title: T('养护期限', 'Care') }] }],
    measures: [], rates: [{ name: 'trees.ontime', title: T('按期率', 'On time'), numerator: ['a'], denominator: ['b'], cohort: T('本月', 'month'), target: 0.98, better: 'up' }],
    panels: [{ id: 'k1', title: T('按期率', 'On time'), kind: 'kpi', rate: 'trees.ontime' }, { id: 's1', title: T('树木进度', 'Trees by stage'), kind: 'stages', matter_kind: 'tree' }], actions: [], roles: [],
    texts: { 'move.seen': T('发现', 'Seen'), 'move.cutting': T('开始修剪', 'Cutting') },
  },
]
const states = [
  { service: 'lost', scope: SCOPE, source: `/${SCOPE}/lost`, title: manifests[0].title, version: '0.3.0', state: 'present', lag: 0, head: 18230, since: new Date().toISOString(), manifest_hash: 'a' },
  { service: 'trees', scope: SCOPE, source: `/${SCOPE}/trees`, title: manifests[1].title, version: '0.1.2', state: 'behind', lag: 12, head: 420, since: new Date().toISOString(), manifest_hash: 'b' },
  { service: 'bikes', scope: SCOPE, source: `/${SCOPE}/bikes`, title: T('共享单车', 'Bikes'), version: '0.0.9', state: 'absent', lag: 0, head: 7, since: new Date().toISOString(), manifest_hash: 'c' },
]
const things = ['雨伞遗落在公交站', '黑色钱包一只', '成串钥匙', '儿童玩具车', '小提琴一把', '图书三本未还', '手机掉落在长椅', '行道树枯枝垂落', '树干倾斜压线', '虫害叶片发黄']
const N = Number(process.env.MATTERS ?? 2000)
const matters = new Map()
let position = 0
function make(i) {
  const tree = random() < 0.15
  const m = manifests[tree ? 1 : 0]
  const kind = m.kinds[0]
  const st = i < N * 0.55 ? pick(kind.statuses.filter((s) => s.open)) : pick(kind.statuses)
  const g = pick(weighed)
  const opened = Date.now() - random() * 72 * 3600e3 * (random() < 0.15 ? 6 : 1)
  const due = opened + (12 + random() * 120) * 3600e3
  const lead = pick(units).code
  const id = uuid()
  const f = street.features.find((x) => x.properties.code === g.code)
  const [lon, lat] = f.geometry.coordinates[0][0]
  const community = areas.find((a) => a.code === g.parent)
  return {
    source: `/${SCOPE}/${m.service}`, service: m.service, kind: kind.id, id, number: `${tree ? 'T' : 'L'}1123-${String(i).padStart(4, '0')}`, version: 1, title: `${(g.title.zh.includes('网格') ? community.title.zh.replace('社区', '') : '') + g.title.zh}${pick(things)}`,
    category: pick(kind.categories).id, status: st.id, open: st.open, opened_at: new Date(opened).toISOString(), closed_at: st.open ? null : new Date(opened + 36e5).toISOString(),
    due_at: random() < 0.05 ? null : new Date(due).toISOString(), soon_at: new Date(opened + (due - opened) * 0.8).toISOString(), due_status: st.open ? 'running' : 'met', clock: kind.clocks[0].id, provisional: random() < 0.05,
    area: g.code, place: { name: pick(['', '南门', '三号楼下', '']), lon: +lon.toFixed(4), lat: +lat.toFixed(4) }, lead_unit: lead,
    units: [{ unit: lead, role: 'LEAD', status: tree ? '' : 'ASKED', due_at: new Date(due).toISOString(), due_status: 'running' }, ...(random() < 0.25 ? [{ unit: pick(units).code, role: 'CO', status: tree ? '' : 'CAME', due_at: null, due_status: 'none' }] : [])],
    flags: random() < 0.1 ? ['valuable'] : [], updated_at: new Date(opened).toISOString(), incomplete: false,
  }
}
for (let i = 0; i < N; i++) { const m = make(i); matters.set(m.id, m) }
const light = (m) => (!m.open || !m.due_at ? '' : Date.now() >= Date.parse(m.due_at) ? 'late' : Date.now() >= Date.parse(m.soon_at) ? 'soon' : 'ok')
// Keep the board plausible: most open ones are on time.
for (const m of matters.values()) if (m.open && light(m) === 'late' && random() < 0.88) m.due_at = new Date(Date.now() + (20 + random() * 90) * 3600e3).toISOString()
for (const m of matters.values()) if (m.open && m.due_at) m.soon_at = new Date(Date.parse(m.due_at) - 12 * 3600e3).toISOString()
const stepOf = (m, move) => ({ id: `${m.source} e-${++position}`, source: m.source, service: m.service, position, time: new Date().toISOString(), type: `shuniu.${m.service}.x.${move}.v1`, move, unit: m.lead_unit, detail: random() < 0.2 ? 'detail.to' : '', params: { unit: m.lead_unit }, area: m.area, matter: { source: m.source, service: m.service, kind: m.kind, id: m.id, number: m.number, title: m.title } })
const recent = []
const all = () => [...matters.values()]
for (let i = 0; i < 40; i++) { const s = stepOf(pick(all()), pick(['found', 'kept', 'claimed', 'returned'])); s.time = new Date(Date.now() - (40 - i) * 17e3).toISOString(); recent.unshift(s) }

const within = (code, area) => !area || code.startsWith(area)
const count = (list, area) => { const own = list.filter((m) => within(m.area, area)); return { open: own.filter((m) => m.open).length, soon: own.filter((m) => light(m) === 'soon').length, late: own.filter((m) => light(m) === 'late').length, total: own.length } }
const days = (n, f) => Array.from({ length: n }, (_, i) => ({ on: `2026-11-${String(10 + i).padStart(2, '0')}`, value: f(i) }))
const noise = Array.from({ length: 14 }, () => random())
function overview(area) {
  const list = all().filter((m) => within(m.area, area))
  const open = list.filter((m) => m.open)
  const by = new Map(areas.map((a) => [a.code, { area: a.code, level: a.level, open: 0, soon: 0, late: 0, opened_today: 0, closed_today: 0 }]))
  for (const m of all()) for (const code of [m.area, m.area.slice(0, 12), m.area.slice(0, 9)]) { const r = by.get(code); if (!r || !m.open) continue; r.open++; const l = light(m); if (l === 'soon') r.soon++; if (l === 'late') r.late++; if (Date.parse(m.opened_at) > Date.now() - 864e5) r.opened_today++ }
  const total = count(list, '')
  const kpi = (service, panel, o) => ({ service, panel, title: manifests.find((m) => m.service === service).panels.find((p) => p.id === panel).title, measure: '', rate: '', unit: T('', ''), value: null, previous: null, numerator: null, denominator: null, target: null, better: 'none', days: 30, series: [], ...o })
  const stagesOf = (service, panel, kind) => ({ service, panel, kind, stages: manifests.find((m) => m.service === service).kinds[0].statuses.map((s) => ({ status: s.id, count: list.filter((m) => m.kind === kind && m.status === s.id).length, late: open.filter((m) => m.status === s.id && light(m) === 'late').length })), classes: [] })
  const hours = (day) => Array.from({ length: 24 }, (_, h) => Math.round((8 + 10 * Math.exp(-((h - 9) ** 2) / 8) + 12 * Math.exp(-((h - 17) ** 2) / 10)) * (day ? 1 : 0.9) * (0.8 + 0.4 * noise[(h * 3 + day) % 14]) * (h < 6 ? 0.15 : 1)))
  return {
    as_of: new Date().toISOString(), feed: `e-${position}`, area, totals: { service: '', kind: '', key: '', ...total }, kinds: [],
    kpis: [kpi('lost', 'k1', { measure: 'lost.items.found', unit: T('件', ''), value: 326, previous: 307, better: 'none', series: days(14, (i) => 200 + noise[i] * 150) }), kpi('lost', 'k2', { rate: 'lost.return', value: 0.862, previous: 0.868, numerator: 431, denominator: 500, target: 0.9, better: 'up', series: days(14, (i) => 0.82 + noise[i] * 0.08) }), kpi('trees', 'k1', { rate: 'trees.ontime', value: 0.986, previous: 0.982, numerator: 207, denominator: 210, target: 0.98, better: 'up', series: days(14, (i) => 0.96 + noise[13 - i] * 0.03) })],
    areas: [...by.values()], late: open.filter((m) => light(m) === 'late' || light(m) === 'soon').sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at)).slice(0, 20), recent: recent.filter((s) => within(s.area, area)).slice(0, 30),
    stages: [stagesOf('lost', 's1', 'item'), stagesOf('trees', 's1', 'tree')],
    classes: [{ service: 'lost', panel: 'c1', kind: 'item', stages: [], classes: manifests[0].kinds[0].categories.map((c) => ({ category: c.id, open: open.filter((m) => m.kind === 'item' && m.category === c.id).length, opened: list.filter((m) => m.kind === 'item' && m.category === c.id).length })) }],
    hours: [{ service: 'lost', panel: 'h1', kind: 'item', today: hours(1), yesterday: hours(0) }],
    maps: [{ service: 'lost', panel: 'm1', measure: '', rate: 'lost.return', rows: areas.map((a, i) => ({ area: a.code, value: a.level === 'grid' && noise[i % 14] < 0.1 ? null : 1 - (weight.get(a.code) ?? 0.1) * 0.4 * noise[i % 13], numerator: 1, denominator: 1 })) }],
    rankings: [],
  }
}

const inline = existsSync(join(DIST, 'index.html')) ? readFileSync(join(DIST, 'index.html'), 'utf8').match(/<script>([\s\S]*?)<\/script>/)?.[1] ?? '' : ''
const THEME = createHash('sha256').update(inline).digest('base64')
const clients = new Set()
const send = (res, event, data) => res.write(`id: e-${position}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
const tell = (event, data) => { for (const c of clients) send(c, event, data) }
function live() {
  const m = pick(all())
  if (!m) return
  const kind = manifests.find((x) => x.service === m.service).kinds[0]
  const next = { ...m, version: m.version + 1, status: pick(kind.statuses.filter((s) => s.order >= 0 && (s.open || random() < 0.4))).id, updated_at: new Date().toISOString() }
  next.open = kind.statuses.find((s) => s.id === next.status).open
  matters.set(m.id, next)
  const s = stepOf(next, pick(['kept', 'claimed', 'returned', 'seen'].filter((x) => manifests.find((q) => q.service === m.service).texts[`move.${x}`])))
  recent.unshift(s); recent.length = Math.min(recent.length, 60)
  tell('matter', next); tell('step', s)
}
setInterval(live, 1000 / Number(process.env.RATE ?? 0.5))
setInterval(() => tell('tick', { as_of: new Date().toISOString(), feed: `e-${position}` }), 10e3)

const session = { account: { id: 'a1', login: 'duty', title: T('值班长', 'Duty officer'), roles: ['DUTY'], areas: [SCOPE], units: ['U1', 'U2'], clearance: 2, must_change: false }, role_titles: [T('值班长', 'Duty officer')], csrf: 'tok', scope: SCOPE, scope_title: T('枢纽街道', 'Shuniu Street') }
// Like a wall's: it does not end while its page is open.
const sessionNow = () => { const end = new Date(Date.now() + 30 * 864e5).toISOString(); return { ...session, as_of: new Date().toISOString(), expires_at: end, ends_at: end } }
let signedIn = process.env.SIGNED === '1'
const chunks = new Map()
const blobs = new Map()
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const body = (req) => new Promise((ok) => { const parts = []; req.on('data', (c) => parts.push(c)); req.on('end', () => ok(Buffer.concat(parts))) })
const offersFor = (m) => (m.open ? manifests.find((x) => x.service === m.service).actions.filter((a) => a.kind === m.kind).map((a) => ({ service: m.service, action: a.name, title: a.title, tone: a.tone, prefill: { item: m.id }, fixed: ['item'], note: a.name === 'Auction' ? T('满六个月方可', 'Only after six months') : null, order: a.order })) : [])

createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x')
  const q = url.searchParams
  const json = (data, code = 200) => { res.writeHead(code, { 'content-type': code >= 400 ? 'application/problem+json' : 'application/json' }); res.end(JSON.stringify(data)) }
  const problem = (status, rule, detail, more = {}) => json({ type: 'about:blank', title: 'x', status, rule, detail, ...more }, status)
  if (!url.pathname.startsWith('/api/v1/')) {
    const file = normalize(join(DIST, url.pathname === '/' ? 'index.html' : decodeURIComponent(url.pathname)))
    if (!file.startsWith(DIST) || !existsSync(file)) return res.writeHead(404).end()
    res.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': `default-src 'none'; script-src 'self' 'sha256-${THEME}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'` })
    return createReadStream(file).pipe(res)
  }
  const p = url.pathname.slice(8).split('/').map(decodeURIComponent)
  if (p[0] === 'session') {
    if (req.method === 'POST') { const b = JSON.parse(await body(req)); if (b.password !== 'demo') return problem(401, 'gateway.sign_in', '账号或口令不对'); signedIn = true; return json(sessionNow()) }
    if (req.method === 'DELETE') { signedIn = false; res.writeHead(204); return res.end() }
    return signedIn ? json(sessionNow()) : problem(401, 'gateway.sign_in', 'sign in')
  }
  if (!signedIn) return problem(401, 'gateway.sign_in', 'sign in')
  if (p[0] === 'view') return json({ scope: SCOPE, scope_title: session.scope_title, synthetic: true, services: states.map((s) => ({ ...s, manifest: manifests.find((m) => m.service === s.service) ?? null })), base_map: 'api/v1/base.geojson', as_of: new Date().toISOString(), rate: 1 })
  if (p[0] === 'base.geojson') return res.end(base)
  if (p[0] === 'areas' && p[1] === 'geometry') return json(street)
  if (p[0] === 'areas') return json({ areas, geometry: 'g1' })
  if (p[0] === 'units') return json({ units })
  if (p[0] === 'overview') return json(overview(q.get('area') ?? ''))
  if (p[0] === 'actions') return json({ offers: [{ service: 'lost', action: 'RegisterItem', title: manifests[0].actions[0].title, tone: 'primary', prefill: {}, fixed: [], note: null, order: 0 }], absent: false, absent_services: ['bikes'] })
  if (p[0] === 'stream') { res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }); clients.add(res); req.on('close', () => clients.delete(res)); return send(res, 'clock', { as_of: new Date().toISOString(), rate: 1 }) }
  if (p[0] === 'matters' && p.length === 1) {
    let list = all()
    if (q.get('kind')) list = list.filter((m) => m.kind === q.get('kind'))
    if (q.get('service')) list = list.filter((m) => m.service === q.get('service'))
    if (q.get('open')) list = list.filter((m) => String(m.open) === q.get('open'))
    if (q.get('area')) list = list.filter((m) => within(m.area, q.get('area')))
    if (q.get('unit')) list = list.filter((m) => m.units.some((u) => u.unit === q.get('unit')))
    if (q.get('due')) list = list.filter((m) => light(m) === q.get('due'))
    if (q.get('q')) list = list.filter((m) => (m.number + m.title).includes(q.get('q')))
    list.sort((a, b) => (Date.parse(a.due_at ?? '2999-01-01') - Date.parse(b.due_at ?? '2999-01-01')))
    const offset = Number(q.get('offset') ?? 0)
    return json({ total: list.length, items: list.slice(offset, offset + Number(q.get('limit') ?? 50)), feed: `e-${position}`, as_of: new Date().toISOString() })
  }
  if (p[0] === 'matters') {
    const m = matters.get(p[3])
    if (!m) return problem(404, 'gateway.not_found', '没有这个事项')
    if (p[4] === 'actions') return json({ offers: offersFor(m), absent: false, absent_services: [] })
    if (p[4] === 'detail') return m.service === 'trees' ? problem(503, 'gateway.absent', 'absent') : json({ fields: [{ label: 'field.finder', value: '公交司机在末班车上发现', kind: 'text' }, { label: '登记时间', value: m.opened_at, kind: 'time' }, { label: '保管', value: 'U1', kind: 'unit' }], sections: [{ title: 'section.checks', rows: [{ label: '第一次核对', status: 'CAME', unit: 'U2', due_at: m.due_at, note: '颜色与品牌相符，序号待查', fields: [{ label: '用时', value: '35', kind: 'minutes' }], evidence: [...blobs.values()].slice(0, 3).map((b) => b.ref) }] }], evidence: [] })
    const other = pick(all())
    return json({ matter: m, timeline: ['found', 'kept', 'claimed'].map((x, i) => ({ ...stepOf(m, x), time: new Date(Date.parse(m.opened_at) + i * 40 * 6e4).toISOString() })), links: [{ relation: 'move.claimed', direction: 'to', source: other.source, service: other.service, kind: other.kind, id: other.id, matter: other }, { relation: 'x', direction: 'from', source: '/x/bikes', service: 'bikes', kind: 'ride', id: '1', matter: null }], feed: `e-${position}`, as_of: new Date().toISOString() })
  }
  if (p[0] === 'preview') return json({ clocks: [{ title: T('保管期限', 'Keeping'), due_at: new Date(Date.now() + 864e5 * 3).toISOString() }] })
  if (p[0] === 'do') {
    if (req.headers['x-csrf-token'] !== 'tok') return problem(403, 'gateway.csrf', 'csrf')
    const b = JSON.parse(await body(req))
    if (p[2] === 'Auction') return problem(409, 'lost.too_early', '未满六个月，不能拍卖', { state: 'KEPT' })
    if (p[2] === 'RegisterItem' && b.text.length < 8) return problem(422, 'lost.text', '内容有误', { errors: [{ field: 'text', message: '请写明颜色和品牌' }] })
    let m = matters.get(b.item)
    if (!m) { m = { ...make(N + matters.size), area: b.area, category: b.category, status: 'FOUND', open: true, service: 'lost', kind: 'item', source: `/${SCOPE}/lost` }; matters.set(m.id, m) } else { m = { ...m, version: m.version + 1, status: 'CLAIMED' }; matters.set(m.id, m) }
    tell('matter', m); tell('step', stepOf(m, 'claimed'))
    return json({ source: m.source, epoch: 'e', position, matter: { kind: m.kind, id: m.id, number: m.number }, answer: {} })
  }
  if (p[0] === 'services' && p[2] === 'blobs') {
    if (req.method === 'PUT') {
      const data = await body(req)
      const list = chunks.get(p[3]) ?? []
      list[Number(p[4])] = data
      chunks.set(p[3], list)
      if (list.filter(Boolean).length < Number(q.get('of'))) { res.writeHead(204); return res.end() }
      const whole = Buffer.concat(list)
      if (createHash('sha256').update(whole).digest('hex') !== p[3]) return problem(422, 'blob.hash', 'hash')
      const ref = { sha256: p[3], size: whole.length, media_type: 'image/png' }
      blobs.set(p[3], { ref, whole })
      return json(ref, 201)
    }
    const b = blobs.get(p[3])
    if (!b) return problem(404, 'x', 'x')
    res.writeHead(200, { 'content-type': b.ref.media_type })
    return res.end(b.whole)
  }
  return problem(404, 'gateway.unknown', url.pathname)
}).listen(PORT, '127.0.0.1', () => console.log(`mock gateway on http://127.0.0.1:${PORT}`))
