/** A life cycle's statuses as the columns of a board. Pure. */
import type { Matter, StatusInfo } from '../api/types'

export interface BoardColumn {
  order: number
  ids: Set<string>
  titles: string[]
  tone: string
  items: Matter[]
}

/** Statuses of the same order share a column; those without one (-1) and of the other scope have none. */
export function columnsOf(statuses: readonly StatusInfo[], closed: boolean, titleOf: (s: StatusInfo) => string): BoardColumn[] {
  const out = new Map<number, BoardColumn>()
  for (const s of statuses) {
    const order = s.order ?? 0
    if (order < 0 || s.open === closed) continue
    const column = out.get(order) ?? { order, ids: new Set<string>(), titles: [], tone: s.tone ?? 'idle', items: [] }
    column.ids.add(s.id)
    column.titles.push(titleOf(s))
    out.set(order, column)
  }
  return [...out.values()].sort((a, b) => a.order - b.order)
}

export function fillColumns(columns: BoardColumn[], items: readonly Matter[], service: string, kind: string): BoardColumn[] {
  const of = new Map(columns.flatMap((c) => [...c.ids].map((id) => [id, c] as const)))
  for (const m of items) if (m.kind === kind && m.service === service) of.get(m.status)?.items.push(m)
  return columns
}
