/** What owners' panels say, made ready to draw: cells, order, the places of bars and of entries. Pure. */
import type { Bar, CalendarEntry, Column, MatterPointer, Text } from '../api/types'
import { dayOf, isoOf, weekdayOf } from './dates'
import { figure } from './figures'
import { dateOf, fullTime } from './time'

export type Row = Record<string, unknown>

/** Titles of codes and ids, which only the page's registry knows. */
export interface Words {
  unit: (code: string) => string
  area: (code: string) => string
  status: (id: string) => string
  text: (both: Text) => string
  /** The sign between the words of a list. */
  list: string
}

export const RIGHT = new Set<string>(['number', 'percent', 'minutes', 'money'])
const EMPTY = '–'

const pointer = (cell: unknown): MatterPointer | null =>
  typeof cell === 'object' && cell !== null && 'id' in cell && 'kind' in cell ? (cell as MatterPointer) : null
export { pointer as pointerOf }

export const isEmptyCell = (cell: unknown): boolean => cell === null || cell === undefined || cell === ''

/** `3 h 05 min`, `45 min`; the words stay out of it so that one text serves both languages. */
export function minutesText(minutes: number): string {
  const n = Math.round(Math.abs(minutes))
  const h = Math.floor(n / 60)
  return `${minutes < 0 ? '−' : ''}${h ? `${h} h ${String(n % 60).padStart(2, '0')} min` : `${n} min`}`
}

/** Integer fen as yuan. */
export function moneyText(fen: number): string {
  return `¥${(fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

const numberText = (n: number): string =>
  Number.isInteger(n) ? n.toLocaleString('en-US') : n.toLocaleString('en-US', { maximumFractionDigits: 2 })

/** A cell in words. Fractions become per cent, codes titles; what is missing a dash. */
export function cellText(kind: Column['kind'], cell: unknown, words: Words): string {
  if (isEmptyCell(cell)) return EMPTY
  switch (kind) {
    case 'number':
      return typeof cell === 'number' ? numberText(cell) : String(cell)
    case 'percent':
      return typeof cell === 'number' ? `${(cell * 100).toFixed(1)}%` : String(cell)
    case 'minutes':
      return typeof cell === 'number' ? minutesText(cell) : String(cell)
    case 'money':
      return typeof cell === 'number' ? moneyText(cell) : String(cell)
    case 'date':
      return String(cell).slice(0, 10)
    case 'time':
      return fullTime(String(cell)) || String(cell)
    case 'unit':
      return many(cell, words.unit, words.list)
    case 'area':
      return many(cell, words.area, words.list)
    case 'status':
      return words.status(String(cell))
    case 'matter': {
      const to = pointer(cell)
      return to ? to.number || to.id : String(cell)
    }
    default:
      return sayAny(cell, words)
  }
}
const many = (cell: unknown, title: (code: string) => string, list: string): string =>
  Array.isArray(cell) ? cell.map((c) => title(String(c))).join(list) : title(String(cell))

const isText = (cell: object): cell is Text => 'zh' in cell && 'en' in cell

function sayAny(cell: unknown, words: Words): string {
  if (typeof cell === 'number') return figure(cell)
  if (Array.isArray(cell)) return cell.map((x) => sayAny(x, words)).join(words.list)
  if (typeof cell === 'object' && cell !== null) return isText(cell) ? words.text(cell) : Object.values(cell).map((x) => sayAny(x, words)).join(' ')
  return String(cell)
}

/** Rows by a column; what is empty lies behind whichever way it is sorted, equals stay in the owner's order. */
export function sortRows(rows: readonly Row[], column: Column, down: boolean, words: Words, lang: string): Row[] {
  const numeric = RIGHT.has(column.kind ?? 'text')
  const collator = new Intl.Collator(lang === 'zh' ? 'zh-CN' : 'en', { numeric: true })
  const keyed = rows.map((row, at) => {
    const cell = row[column.id]
    const empty = isEmptyCell(cell)
    return { row, at, empty, n: numeric && typeof cell === 'number' ? cell : Number.NaN, s: empty ? '' : cellText(column.kind, cell, words) }
  })
  const sign = down ? -1 : 1
  return keyed
    .sort((a, b) => {
      if (a.empty || b.empty) return a.empty === b.empty ? a.at - b.at : a.empty ? 1 : -1
      const by = numeric && !Number.isNaN(a.n) && !Number.isNaN(b.n) ? a.n - b.n : collator.compare(a.s, b.s)
      return by * sign || a.at - b.at
    })
    .map((x) => x.row)
}

// --- Gantt ------------------------------------------------------------------------------------------------------------

export interface Scale {
  /** First and last day drawn, as days since 1970. */
  from: number
  to: number
  ticks: { at: number; label: string; strong: boolean }[]
}

/** The days a chart spans: every date of its bars and today, with a little room. Null without any date. */
export function scaleOf(bars: readonly Bar[], today: string): Scale | null {
  const days: number[] = []
  for (const b of bars) for (const d of [b.start, b.end, b.due]) if (d) days.push(dayOf(d))
  if (days.length === 0) return null
  days.push(dayOf(today))
  let from = Math.min(...days) - 1
  let to = Math.max(...days) + 2
  if (to - from < 10) to = from + 10
  from = Math.max(from, to - 366 * 3)
  const span = to - from
  const every = span <= 16 ? 1 : span <= 45 ? 2 : span <= 120 ? 7 : 30
  const ticks: Scale['ticks'] = []
  for (let day = from; day <= to; day++) {
    const iso = isoOf(day)
    const hit = every === 7 ? weekdayOf(day) === 1 : every === 30 ? iso.endsWith('-01') : (day - from) % every === 0
    if (hit) ticks.push({ at: day, label: every === 30 ? iso.slice(0, 7) : iso.slice(5), strong: iso.endsWith('-01') || weekdayOf(day) === 1 })
  }
  return { from, to, ticks }
}

/** Where a day begins on a scale, 0..100. */
export const shareOf = (scale: Scale, day: number): number =>
  Math.min(100, Math.max(0, ((day - scale.from) / (scale.to - scale.from)) * 100))

export interface Placed {
  left: number
  width: number
  /** Where the due mark stands, or null. */
  due: number | null
  /** Not ended yet: it reaches to today (or to its limit) with an open end. */
  going: boolean
}

/** The place of a bar: what has not ended is drawn up to today, what has not begun up to its limit. */
export function placeOf(bar: Bar, scale: Scale, today: string): Placed | null {
  const now = dayOf(today)
  const due = bar.due ? dayOf(bar.due) : null
  const start = bar.start ? dayOf(bar.start) : due
  if (start === null) return null
  const going = !bar.end
  const end = bar.end ? dayOf(bar.end) : Math.max(start, Math.min(start > now ? (due ?? start) : now, scale.to - 1))
  const left = shareOf(scale, start)
  // A day is drawn whole: what begins and ends on one day is one day wide.
  return { left, width: Math.max(0.6, shareOf(scale, end + 1) - left), due: due === null ? null : shareOf(scale, due + 1), going }
}

/** Bars gathered by group in the owner's order. */
export function groupsOf(bars: readonly Bar[]): { group: string; bars: Bar[] }[] {
  const out = new Map<string, Bar[]>()
  for (const bar of bars) {
    const group = bar.group ?? ''
    out.set(group, [...(out.get(group) ?? []), bar])
  }
  return [...out].map(([group, list]) => ({ group, bars: list }))
}

// --- calendar ---------------------------------------------------------------------------------------------------------

/** Entries by business date (Asia/Shanghai), each on every day it touches, in the order they begin. */
export function entriesByDay(entries: readonly CalendarEntry[]): Map<string, CalendarEntry[]> {
  const out = new Map<string, CalendarEntry[]>()
  const sorted = [...entries].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
  for (const entry of sorted) {
    const first = dayOf(dateOf(Date.parse(entry.starts_at)))
    // What ends at midnight does not touch the day that begins then.
    const end = entry.ends_at ? Math.max(Date.parse(entry.starts_at), Date.parse(entry.ends_at) - 1) : Date.parse(entry.starts_at)
    const last = Math.min(dayOf(dateOf(end)), first + 62)
    for (let day = first; day <= last; day++) out.set(isoOf(day), [...(out.get(isoOf(day)) ?? []), entry])
  }
  return out
}
