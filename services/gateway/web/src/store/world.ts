/** What changes seldom: services with their manifests, areas, units; and the look-ups of titles by id. */
import { computed, shallowRef, triggerRef } from 'vue'
import { api } from '../api/client'
import type { Action, Area, DetailField, KindInfo, Manifest, Matter, ServiceState, StatusInfo, Step, Text, Unit, View } from '../api/types'
import { sign, tx } from '../i18n'
import { fill } from '../i18n'
import { fullTime } from '../lib/time'
import { setClock } from './clock'
import { keptSince } from './line'
import { lang } from './prefs'

export const view = shallowRef<View | null>(null)
export const services = shallowRef(new Map<string, ServiceState>())
export const manifests = shallowRef(new Map<string, Manifest>())
export const areas = shallowRef<Area[]>([])
export const units = shallowRef<Unit[]>([])
/** Bumped when geometry must be fetched again. */
export const geometryVersion = shallowRef('')

export const areaByCode = computed(() => new Map(areas.value.map((a) => [a.code, a])))
export const unitByCode = computed(() => new Map(units.value.map((u) => [u.code, u])))
export const childrenOf = computed(() => {
  const out = new Map<string, Area[]>()
  for (const area of areas.value) {
    const list = out.get(area.parent)
    if (list) list.push(area)
    else out.set(area.parent, [area])
  }
  return out
})
/** Areas of the highest level there is; usually the one street of the scope. */
export const topAreas = computed(() => {
  const known = areaByCode.value
  return areas.value.filter((a) => !known.has(a.parent))
})

export async function reloadView(): Promise<void> {
  const fresh = await api.view()
  view.value = fresh
  setClock(fresh.as_of, fresh.rate, keptSince(fresh))
  for (const entry of fresh.services) {
    const { manifest, ...state } = entry
    services.value.set(state.source, state)
    if (manifest) manifests.value.set(state.service, manifest)
  }
  triggerRef(services)
  triggerRef(manifests)
}

export async function reloadAreas(geometry = true): Promise<void> {
  const [a, u] = await Promise.all([api.areas(), api.units()])
  areas.value = a.areas
  units.value = u.units
  if (geometry) geometryVersion.value = a.geometry
}

/** Everything the page needs before it can draw; at once. */
export async function loadWorld(): Promise<void> {
  await Promise.all([reloadView(), reloadAreas()])
}

export interface KindRef extends KindInfo {
  service: string
}

export const kinds = computed<KindRef[]>(() =>
  [...manifests.value.values()]
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || a.service.localeCompare(b.service))
    .flatMap((m) =>
      [...(m.kinds ?? [])].sort((a, b) => (a.order ?? 0) - (b.order ?? 0)).map((k) => ({ ...k, service: m.service })),
    ),
)

interface KindIndex {
  kind: KindRef
  statuses: Map<string, StatusInfo>
  unitStatuses: Map<string, StatusInfo>
  categories: Map<string, Text>
  clocks: Map<string, Text>
}

const index = computed(() => {
  const out = new Map<string, KindIndex>()
  for (const kind of kinds.value)
    out.set(`${kind.service}|${kind.id}`, {
      kind,
      statuses: new Map((kind.statuses ?? []).map((s) => [s.id, s])),
      unitStatuses: new Map((kind.unit_statuses ?? []).map((s) => [s.id, s])),
      categories: new Map((kind.categories ?? []).map((c) => [c.id, c.title])),
      clocks: new Map((kind.clocks ?? []).map((c) => [c.id, c.title])),
    })
  return out
})

export const kindOf = (service: string, kind: string): KindRef | undefined => index.value.get(`${service}|${kind}`)?.kind
export const statusOf = (service: string, kind: string, id: string): StatusInfo | undefined =>
  index.value.get(`${service}|${kind}`)?.statuses.get(id)
export const unitStatusOf = (service: string, kind: string, id: string): StatusInfo | undefined => {
  const found = index.value.get(`${service}|${kind}`)
  return found?.unitStatuses.get(id) ?? found?.statuses.get(id)
}

/** The kind of a service that knows a status, for panels, which name statuses only; ''. */
export const kindWithStatus = (service: string, status: string): { kind: string; unit: boolean } => {
  for (const [, i] of index.value)
    if (i.kind.service === service) {
      if (i.statuses.has(status)) return { kind: i.kind.id, unit: false }
      if (i.unitStatuses.has(status)) return { kind: i.kind.id, unit: true }
    }
  return { kind: '', unit: false }
}

/** A matter's title; where it begins with a category or its kind, that part in the chosen language. The rest is its owner's. */
export function matterTitle(m: { service: string; kind: string; title?: string }): string {
  const title = m.title ?? ''
  const known = lang.value === 'en' ? index.value.get(`${m.service}|${m.kind}`) : undefined
  const said = known && [...known.categories.values(), known.kind.title].find((x) => `${title} ·`.startsWith(`${x.zh} ·`))
  return said ? said.en + title.slice(said.zh.length) : title
}

/** A text of a service's catalogue by one of several keys, filled; the last resort is the id itself. */
export function word(service: string, keys: string[], params?: Record<string, string>): string {
  const texts = manifests.value.get(service)?.texts
  for (const key of keys) {
    const found = texts?.[key]
    if (found) return params ? fill(tx(found), params) : tx(found)
  }
  return ''
}

export const kindTitle = (service: string, kind: string): string => tx(kindOf(service, kind)?.title, kind)
export const statusTitle = (service: string, kind: string, id: string): string =>
  tx(statusOf(service, kind, id)?.title) || word(service, [`status.${kind}.${id}`, `status.${id}`, id]) || id
export const unitStatusTitle = (service: string, kind: string, id: string): string =>
  tx(unitStatusOf(service, kind, id)?.title) || word(service, [`status.${kind}.${id}`, `status.${id}`, id]) || id
export const categoryTitle = (service: string, kind: string, id: string): string =>
  tx(index.value.get(`${service}|${kind}`)?.categories.get(id)) || word(service, [`category.${id}`, id]) || id
export const clockTitle = (service: string, kind: string, id: string): string =>
  tx(index.value.get(`${service}|${kind}`)?.clocks.get(id)) || word(service, [`clock.${id}`, id]) || id
export const flagTitle = (service: string, id: string): string => word(service, [`flag.${id}`, id]) || id
export const roleTitle = (service: string, id: string): string =>
  tx(manifests.value.get(service)?.roles?.find((r) => r.id === id)?.title) || word(service, [`role.${id}`, id]) || id
export const moveTitle = (step: Step): string =>
  word(step.service, [`move.${step.move}`, step.move, `event.${step.type}`], step.params) || step.move
export const stepDetail = (step: Step): string =>
  step.detail ? word(step.service, [step.detail, `detail.${step.detail}`], named(step.params)) : ''
/** A label that may be a text, a key of the catalogue, or plain words of the owner. */
export const label = (service: string, value: string | Text): string =>
  typeof value === 'string' ? word(service, [value, `field.${value}`]) || value : tx(value)

/** Codes of areas and units inside parameters are shown by their titles. */
function named(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([k, v]) => [k, (unitByCode.value.has(v) && unitTitle(v)) || (areaByCode.value.has(v) && areaTitle(v)) || v]),
  )
}

export const areaTitle = (code: string): string => tx(areaByCode.value.get(code)?.title, code)
/** What all communities' titles end with as a separate word ("… Community") says nothing on a map of communities. */
const commonEnd = computed(() => {
  const titles = areas.value.filter((a) => a.level === 'community').map((a) => tx(a.title))
  const last = titles[0]?.split(' ').slice(1).join(' ') ?? ''
  return last && titles.length > 1 && titles.every((x) => x.endsWith(` ${last}`)) ? ` ${last}` : ''
})
export const areaShort = (code: string): string => {
  const title = areaTitle(code)
  const end = commonEnd.value
  return end && title.endsWith(end) ? title.slice(0, -end.length) : title
}
export const unitTitle = (code: string): string => tx(unitByCode.value.get(code)?.title, code)
const byAddress = computed(() => new Map([...services.value.values()].map((s) => [s.service, s])))
/** A service by its address: the plain name in our own scope, `<name>@<scope>` elsewhere. */
export const serviceOf = (service: string): ServiceState | undefined => byAddress.value.get(service)
export const serviceTitle = (service: string): string => tx(serviceOf(service)?.title, service)
export const presenceOf = (service: string): ServiceState['state'] => serviceOf(service)?.state ?? 'absent'
/** What the scope of another deployment's service is called; '' for our own. */
export const scopeOf = (service: string): string => {
  const at = service.indexOf('@')
  return at < 0 ? '' : tx(serviceOf(service)?.scope_title, service.slice(at + 1))
}
/** Services in the order of their manifests, our own before others'. */
export const serviceList = computed(() =>
  [...services.value.values()].sort(
    (a, b) =>
      Number(a.service.includes('@')) - Number(b.service.includes('@')) ||
      (manifests.value.get(a.service)?.order ?? 99) - (manifests.value.get(b.service)?.order ?? 99) ||
      a.service.localeCompare(b.service),
  ),
)

/** From the top down to this area. */
export function pathOf(code: string): Area[] {
  const out: Area[] = []
  for (let at = areaByCode.value.get(code); at && out.length < 8; at = areaByCode.value.get(at.parent)) out.unshift(at)
  return out
}

/** `community · grid` or the place's name: where, in one line. */
export function whereOf(m: Matter): string {
  const path = pathOf(m.area).filter((a) => a.level !== 'street')
  const parts = path.map((a) => tx(a.title))
  if (m.place?.name) {
    if (parts.length > 1) parts.splice(1)
    parts.push(m.place.name)
  }
  return parts.join(' · ') || areaTitle(m.area)
}

export const unitsOf = (m: Matter): string => {
  const codes = m.units.length ? m.units.map((u) => u.unit) : m.lead_unit ? [m.lead_unit] : []
  return [...new Set(codes)].map(unitTitle).join(sign.list)
}

/** Whether `code` is `above` or lies below it. */
export const within = (code: string, above: string): boolean => {
  if (!above || code === above || code.startsWith(above)) return true
  for (let at = areaByCode.value.get(code), n = 0; at && n < 8; at = areaByCode.value.get(at.parent), n++)
    if (at.code === above) return true
  return false
}

/** A panel and a rate of a manifest by their ids. */
export const panelOf = (service: string, id: string) => manifests.value.get(service)?.panels?.find((x) => x.id === id)
export const rateOf = (service: string, name: string) => (name ? manifests.value.get(service)?.rates?.find((r) => r.name === name) : undefined)

export const actionOf = (service: string, name: string): Action | undefined =>
  manifests.value.get(service)?.actions?.find((a) => a.name === name)

/** The value of one field of an owner's page, as it is read. */
export function fieldText(service: string, f: DetailField): string {
  if (!f.value) return '–'
  switch (f.kind) {
    case 'time':
      return fullTime(f.value) || f.value
    case 'unit':
      return unitTitle(f.value)
    case 'area':
      return areaTitle(f.value)
    case 'key':
      return label(service, f.value)
    case 'minutes': {
      const n = Number(f.value)
      const h = Math.floor(n / 60)
      return Number.isFinite(n) ? (h ? `${h} h ${n % 60} min` : `${n} min`) : f.value
    }
    default:
      return f.value
  }
}
