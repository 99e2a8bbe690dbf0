import { beforeEach, describe, expect, it } from 'vitest'
import type { GanttPanel, Kpi, Manifest, ServiceState, TablePanel } from '../src/api/types'
import DatesField from '../src/components/form/DatesField.vue'
import ListField from '../src/components/form/ListField.vue'
import CalendarView from '../src/components/panels/CalendarView.vue'
import GanttView from '../src/components/panels/GanttView.vue'
import TableView from '../src/components/panels/TableView.vue'
import ScopeChip from '../src/components/ScopeChip.vue'
import KpiTile from '../src/components/KpiTile.vue'
import Tiles from '../src/overview/Tiles.vue'
import { fieldsOf } from '../src/lib/schema'
import { standing } from '../src/lib/acts'
import { lang } from '../src/store/prefs'
import { manifests, matterTitle, services } from '../src/store/world'
import { mount } from './mount'

const both = (x: string) => ({ zh: x, en: x })
const text = both
beforeEach(() => {
  manifests.value = new Map([
    [
      'lost',
      {
        service: 'lost',
        version: '1',
        title: text('失物'),
        summary: text(''),
        kinds: [{ id: 'item', title: text('物品'), plural: text('物品'), statuses: [{ id: 'KEPT', title: text('保管中'), open: true, tone: 'active' }] }],
      } as Manifest,
    ],
  ])
  services.value = new Map([
    ['/2/lost', { service: 'lost@2', scope: '2', source: '/2/lost', title: text('失物'), scope_title: text('邻街'), version: '1', state: 'present', lag: 0, head: 0, since: '' } as unknown as ServiceState],
  ])
})

const table: TablePanel = {
  columns: [
    { id: 'place', title: text('地点'), kind: 'text' },
    { id: 'n', title: text('件数'), kind: 'number', note: text('每天登记的件数之和') },
    { id: 'share', title: text('归还率'), kind: 'percent' },
    { id: 'status', title: text('状态'), kind: 'status' },
    { id: 'm', title: text('编号'), kind: 'matter' },
  ],
  rows: [
    { place: '东门', n: 3, share: 0.5, status: 'KEPT', m: { kind: 'item', id: '7', number: 'L-7' } },
    { place: '西门', n: 12, share: null, status: '', m: null },
  ],
  as_of: '2026-11-23T00:00:00Z',
}

describe('a table', () => {
  it('names rows by their first cell, draws statuses and links by the manifest, and explains figures', async () => {
    const view = await mount(TableView, { panel: table, service: 'lost', title: '表' })
    expect(view.all('tbody th[scope=row]').map((x) => x.textContent?.trim())).toEqual(['东门', '西门'])
    expect(view.all('.chip')[0]?.textContent).toBe('保管中')
    expect(view.all('tbody a')[0]?.getAttribute('href')).toBe('#/matter/lost/item/7')
    expect(view.text()).toContain('每天登记的件数之和')
    expect(view.all('tbody tr')[1]?.textContent).toContain('–')
    view.close()
  })
  it('is sorted by a click, figures from the largest; the third click brings the given order back', async () => {
    const view = await mount(TableView, { panel: table, service: 'lost', title: '表' })
    const order = () => view.all('tbody th').map((x) => x.textContent?.trim())
    await view.click('thead button', 1)
    expect(order()).toEqual(['西门', '东门'])
    expect(view.all('thead th')[1]?.getAttribute('aria-sort')).toBe('descending')
    await view.click('thead button', 1)
    expect(order()).toEqual(['东门', '西门'])
    await view.click('thead button', 1)
    expect(view.all('thead th')[1]?.hasAttribute('aria-sort')).toBe(false)
    view.close()
  })
  it('searches long tables and shows all rows on demand', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ place: `地点${i}`, n: i }))
    const view = await mount(TableView, { panel: { ...table, rows }, service: 'lost', title: '表', most: 10 })
    expect(view.all('tbody tr')).toHaveLength(10)
    await view.fill('input[type=search]', '地点39')
    expect(view.all('tbody tr')).toHaveLength(1)
    view.close()
  })
})

const gantt: GanttPanel = {
  bars: [
    { id: 'a', title: '查勘', start: '2026-11-20', end: '2026-11-22', due: '2026-11-21', group: '一号', status: 'KEPT', late: true, critical: true },
    { id: 'b', title: '修缮', start: '2026-11-23', due: '2026-11-30', group: '一号', depends: ['a'] },
  ],
  as_of: '2026-11-23T02:00:00Z',
}

describe('a Gantt chart', () => {
  it('says in words what is late, critical and what it waits for, and the same as a table', async () => {
    const view = await mount(GanttView, { panel: gantt, service: 'lost', title: '进度' })
    expect(view.all('.rows li.late')).toHaveLength(1)
    expect(view.all('.rows li.late .sr').map((x) => x.textContent).join()).toContain('超期')
    expect(view.text()).toContain('前置 查勘')
    expect(view.all('.dep')).toHaveLength(1)
    await view.click('.seg button', 1)
    expect(view.all('tbody tr')).toHaveLength(2)
    expect(view.all('tbody tr')[0]?.textContent).toContain('超期、关键')
    view.close()
  })
})

describe('a calendar', () => {
  const panel = { entries: [{ id: '1', title: '巡检', starts_at: '2026-11-25T01:00:00Z', ends_at: '2026-11-25T02:00:00Z' }], as_of: '2026-11-23T02:00:00Z' }
  it('opens a day of the month as a list, and has the whole month as one', async () => {
    const view = await mount(CalendarView, { panel, service: 'lost', title: '安排' })
    expect(view.all('button.day')).toHaveLength(1)
    expect(view.all('.agenda')).toHaveLength(0)
    await view.click('button.day')
    expect(view.all('.agenda')[0]?.textContent).toContain('09:00–10:00')
    view.close()
  })
  it('without entries says so', async () => {
    const view = await mount(CalendarView, { panel: { ...panel, entries: [] }, service: 'lost', title: '安排' })
    expect(view.all('table')).toHaveLength(0)
    view.close()
  })
})

describe('dates in a form', () => {
  it('are pasted, shown as runs, and removed', async () => {
    const view = await mount(DatesField, { modelValue: [], id: 'd' })
    await view.fill('textarea', '2026-10-01 至 2026-10-03、2026-10-10')
    await view.click('.paste .btn')
    expect(view.given.modelValue).toEqual(['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-10'])
    expect(view.all('.chips li')).toHaveLength(2)
    await view.click('.chips button')
    expect(view.given.modelValue).toEqual(['2026-10-10'])
    view.close()
  })
})

describe('a list in a form', () => {
  it('adds, numbers, reorders and removes objects', async () => {
    const [field] = fieldsOf({ type: 'object', properties: { rows: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } } } })
    const view = await mount(ListField, { field, modelValue: [{ name: '甲' }], title: '行', service: 'lost', kind: '', path: 'rows', errors: new Map() })
    await view.click('.add')
    expect(view.given.modelValue).toHaveLength(2)
    expect(view.all('.item').map((x) => x.getAttribute('aria-label'))).toEqual(['行 第 1 项', '行 第 2 项'])
    await view.click('.up')
    expect(view.given.modelValue).toEqual([{ name: '' }, { name: '甲' }])
    await view.click('.head .btn:not(.up)')
    expect(view.given.modelValue).toEqual([{ name: '甲' }])
    view.close()
  })
})

describe('a tile', () => {
  it('says on which side of its band a rate lies', async () => {
    const view = await mount(KpiTile, { title: '率', value: 0.012, reading: { per: 1000, better: 'band', band: [2, 8] } })
    expect(view.text()).toContain('12.0‰')
    expect(view.text()).toContain('偏高')
    expect(view.text()).toContain('2–8‰')
    expect(view.all('.tile')[0]?.className).toContain('soon')
    view.close()
  })
})

describe('the strip of figures', () => {
  const kpi = (n: number, value: number | null) =>
    ({ service: 'lost', panel: `p${n}`, title: text(`指标${n}`), measure: 'm', rate: '', unit: text(''), value, previous: null, numerator: null, denominator: null, target: null, better: 'none', series: [] }) as unknown as Kpi
  it('holds two rows; what has no figure yet waits behind the last tile, and comes in turn', async () => {
    const view = await mount(Tiles, { kpis: [...Array.from({ length: 4 }, (_, n) => kpi(n, null)), ...Array.from({ length: 16 }, (_, n) => kpi(n + 4, n))] })
    expect(view.all('.tile')).toHaveLength(5 + 3)
    expect(view.text()).not.toContain('指标0')
    await view.click('.next')
    expect(view.all('.tile')).toHaveLength(20 + 3)
    expect(view.text()).toContain('指标0')
    view.close()
  })
})

describe('another deployment', () => {
  it('is named where its service is, and ours is not', async () => {
    const theirs = await mount(ScopeChip, { service: 'lost@2' })
    expect(theirs.text()).toBe('邻街')
    const ours = await mount(ScopeChip, { service: 'lost' })
    expect(ours.text()).toBe('')
    theirs.close()
    ours.close()
  })
})

describe('actions that stand alone', () => {
  const action = (name: string, more: object) => ({ name, title: text(name), schema: {}, kind: '', matter_field: '', opens: '', roles: ['keeper'], public: false, ...more })
  it('are those of no kind, no opening, nobody’s in public, for the caller’s roles', () => {
    const manifest = {
      actions: [action('a', { order: 2 }), action('b', { kind: 'item' }), action('c', { opens: 'item' }), action('d', { roles: ['other'] }), action('e', { public: true, roles: [] }), action('f', { roles: [], order: 1 }), action('chassis.rebuild', {})],
    } as unknown as Manifest
    expect(standing(manifest, ['keeper']).map((a) => a.name)).toEqual(['f', 'a'])
  })
})

describe('a title of a matter', () => {
  it('says in English what the matter is where it begins with that, and leaves its owner’s words', () => {
    const kind = { id: 'item', title: { zh: '物品', en: 'Item' }, plural: text('物品'), categories: [{ id: 'K', title: { zh: '钥匙', en: 'Keys' } }], statuses: [] }
    manifests.value = new Map([['lost', { service: 'lost', version: '1', title: text('失物'), summary: text(''), kinds: [kind] } as unknown as Manifest]])
    const of = (title: string) => matterTitle({ service: 'lost', kind: 'item', title })
    expect(of('钥匙 · 东门')).toBe('钥匙 · 东门')
    lang.value = 'en'
    expect([of('钥匙 · 东门'), of('物品'), of('钥匙扣 · 东门'), matterTitle({ service: 'x', kind: 'y', title: '钥匙' })]).toEqual(['Keys · 东门', 'Item', '钥匙扣 · 东门', '钥匙'])
    lang.value = 'zh'
  })
})
