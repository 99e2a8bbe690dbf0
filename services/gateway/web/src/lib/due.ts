/** Countdown lights: shape, word and figure of a deadline. Pure; `now` is the domain clock in milliseconds. */

export type Light = 'late' | 'soon' | 'ok' | 'none' | 'done' | 'paused'

interface Dated {
  open?: boolean
  opened_at?: string | null
  due_at?: string | null
  soon_at?: string | null
  due_status?: string
}

const at = (iso: string | null | undefined): number => (iso ? Date.parse(iso) : Number.NaN)

interface Times {
  due: number
  soon: number
  opened: number
}
/** Parsed once for each object: what comes from the stream is replaced, never changed, and lists sort it every batch. */
const parsed = new WeakMap<Dated, Times>()
function times(item: Dated): Times {
  let found = parsed.get(item)
  if (!found) {
    found = { due: at(item.due_at), soon: at(item.soon_at), opened: at(item.opened_at) }
    parsed.set(item, found)
  }
  return found
}

/** The stored `due_status` may lag the clock: late and soon are computed here. `met` and `paused` are the owner's word. */
export function lightOf(item: Dated, now: number): Light {
  if (item.open === false || item.due_status === 'met') return 'done'
  if (item.due_status === 'paused') return 'paused'
  const { due, soon } = times(item)
  if (Number.isNaN(due)) return 'none'
  if (now >= due) return 'late'
  return now >= soon || (Number.isNaN(soon) && item.due_status === 'soon') ? 'soon' : 'ok'
}

/** Milliseconds to the deadline; negative when over; null without one. */
export function remaining(item: Dated, now: number): number | null {
  const { due } = times(item)
  return Number.isNaN(due) ? null : due - now
}

/** `49:59:07`; from 100 hours on days as well: `5d 04:59` (zh `5天 04:59`). */
export function span(ms: number, lang: 'zh' | 'en'): string {
  const total = Math.floor(Math.abs(ms) / 1000)
  const h = Math.floor(total / 3600)
  const m = Math.floor((total % 3600) / 60)
  const s = total % 60
  const p = (n: number) => String(n).padStart(2, '0')
  if (h < 100) return `${p(h)}:${p(m)}:${p(s)}`
  const d = Math.floor(h / 24)
  return lang === 'zh' ? `${d}天 ${p(h % 24)}:${p(m)}` : `${d}d ${p(h % 24)}:${p(m)}`
}

const WORDS = {
  zh: { late: '超时', left: '剩', done: '已了结', paused: '暂停', none: '无时限' },
  en: { late: 'over', left: 'left', done: 'settled', paused: 'paused', none: 'no limit' },
} as const

export interface DueWords {
  light: Light
  word: string
  figure: string
}

/** What stands beside the light, e.g. `超时 49:59:07` / `left 03:49:55`. The word says what the colour says. */
export function dueWords(item: Dated, now: number, lang: 'zh' | 'en'): DueWords {
  const light = lightOf(item, now)
  const words = WORDS[lang]
  const left = remaining(item, now)
  if (light === 'done' || light === 'paused' || light === 'none' || left === null)
    return { light, word: words[light === 'late' || light === 'soon' || light === 'ok' ? 'none' : light], figure: '' }
  return { light, word: light === 'late' ? words.late : words.left, figure: span(left, lang) }
}

/** How much of the time is used, 0..1; 1 when over or unknown start. */
export function used(item: Dated, now: number): number {
  const { due, opened: from } = times(item)
  if (Number.isNaN(due)) return 0
  if (now >= due || Number.isNaN(from) || due <= from) return now >= due ? 1 : 0
  return Math.min(1, Math.max(0, (now - from) / (due - from)))
}

const RANK: Record<Light, number> = { late: 0, soon: 1, ok: 2, paused: 3, none: 4, done: 5 }

interface Sortable extends Dated {
  opened_at?: string | null
}

/** Late first, then soon, then by deadline, then newest first: the order operators work in. Sorts a copy. */
export function sortByUrgency<T extends Sortable>(items: readonly T[], now: number): T[] {
  return items
    .map((item) => {
      const light = lightOf(item, now)
      const { due, opened } = times(item)
      return { item, rank: RANK[light], due: light === 'done' || Number.isNaN(due) ? Number.POSITIVE_INFINITY : due, opened: opened || 0 }
    })
    .sort((a, b) => a.rank - b.rank || (a.due === b.due ? b.opened - a.opened : a.due - b.due))
    .map((x) => x.item)
}
