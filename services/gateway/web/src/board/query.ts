/** What the board shows, as words of its address: pure, so that saved views, the export and the list agree. */
import type { MatterQuery } from '../api/client'
import type { Matter } from '../api/types'

export const SORTS = ['due', '-opened', 'opened', '-updated', 'number'] as const
export type Sort = (typeof SORTS)[number]

export interface BoardQuery {
  kind: string
  service: string
  due: '' | 'late' | 'soon'
  area: string
  status: string
  category: string
  unit: string
  q: string
  closed: boolean
  sort: Sort
  mode: '' | 'list' | 'kanban'
}

type Words = Record<string, unknown>
const word = (query: Words, name: string): string => (typeof query[name] === 'string' ? (query[name] as string) : '')

export function readQuery(kind: unknown, query: Words): BoardQuery {
  const due = word(query, 'due')
  const mode = word(query, 'mode')
  const sort = word(query, 'sort') as Sort
  return {
    kind: typeof kind === 'string' ? kind : '',
    service: word(query, 'service'),
    due: due === 'late' || due === 'soon' ? due : '',
    area: word(query, 'area'),
    status: word(query, 'status'),
    category: word(query, 'category'),
    unit: word(query, 'unit'),
    q: word(query, 'q'),
    closed: word(query, 'scope') === 'closed',
    sort: SORTS.includes(sort) ? sort : 'due',
    mode: mode === 'list' || mode === 'kanban' ? mode : '',
  }
}

/** The words of the address again, without what says nothing. */
export function queryWords(q: BoardQuery): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of ['service', 'due', 'area', 'status', 'category', 'unit', 'q', 'mode'] as const) if (q[name]) out[name] = q[name]
  if (q.closed) out.scope = 'closed'
  if (q.sort !== 'due') out.sort = q.sort
  return out
}

/** What a saved view keeps: the same words, and the kind. */
export const viewWords = (q: BoardQuery): Record<string, string> => ({ ...queryWords(q), ...(q.kind ? { kind: q.kind } : {}) })

/** The server's filters for it. */
export function serverQuery(q: BoardQuery): MatterQuery {
  const closedFirst = q.closed && q.sort === 'due' ? '-updated' : q.sort
  return {
    open: !q.closed,
    sort: closedFirst,
    ...(q.kind ? { kind: q.kind } : {}),
    ...(q.service ? { service: q.service } : {}),
    ...(q.due ? { due: q.due } : {}),
    ...(q.area ? { area: q.area } : {}),
    ...(q.status ? { status: q.status } : {}),
    ...(q.category ? { category: q.category } : {}),
    ...(q.unit ? { unit: q.unit } : {}),
    ...(q.q ? { q: q.q } : {}),
  }
}

/** How many filters beside kind, lights and search are set. */
export const filtersOn = (q: BoardQuery): number => [q.status, q.category, q.unit, q.area].filter(Boolean).length

const time = (iso: string | null | undefined): number => (iso ? Date.parse(iso) : 0)

/** Sorts a copy by anything but urgency, which has its own order ({@link ../lib/due.sortByUrgency}). */
export function sortBy(items: readonly Matter[], sort: Exclude<Sort, 'due'>): Matter[] {
  const rows = items.map((m) => ({ m, at: sort === 'number' ? 0 : time(sort.endsWith('updated') ? m.updated_at : m.opened_at) }))
  const down = sort.startsWith('-') ? -1 : 1
  rows.sort((a, b) => (sort === 'number' ? 0 : (a.at - b.at) * down) || a.m.number.localeCompare(b.m.number))
  return rows.map((r) => r.m)
}

/** Whether a held matter belongs to a status, category or unit filter (comma lists as the server takes them). */
export function passes(m: Matter, q: Pick<BoardQuery, 'status' | 'category' | 'unit'>): boolean {
  if (q.status && !q.status.split(',').includes(m.status)) return false
  if (q.category && !q.category.split(',').includes(m.category)) return false
  if (q.unit) {
    const wanted = q.unit.split(',')
    if (!(wanted.includes(m.lead_unit) || m.units.some((u) => wanted.includes(u.unit)))) return false
  }
  return true
}
