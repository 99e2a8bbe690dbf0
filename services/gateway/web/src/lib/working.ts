/** What is left of a limit in working time: office hours of working days in Asia/Shanghai. Pure. */

export interface WorkingTime {
  /** Weekdays that are not worked, and weekend days that are, as `YYYY-MM-DD`. */
  off: ReadonlySet<string>
  makeUp: ReadonlySet<string>
  /** Office hours as minutes of the local day. */
  sessions: readonly (readonly number[])[]
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** China has had one offset and no summer time since 1991. */
const SHANGHAI = 8 * HOUR
/** Beyond so many days nobody counts seconds. */
const MOST_DAYS = 120

/** Milliseconds of office hours in a day. */
export const officeDay = (w: WorkingTime): number => w.sessions.reduce((sum, [from, to]) => sum + (to! - from!) * 60_000, 0)

/** Milliseconds of office hours in [from, to); null where that is too far to be counted. */
export function workingBetween(from: number, to: number, w: WorkingTime): number | null {
  if (to <= from) return 0
  const first = Math.floor((from + SHANGHAI) / DAY)
  const last = Math.floor((to + SHANGHAI) / DAY)
  if (last - first > MOST_DAYS) return null
  let sum = 0
  for (let day = first; day <= last; day++) {
    const date = new Date(day * DAY).toISOString().slice(0, 10)
    // 1 January 1970 was a Thursday.
    const weekend = (day + 4) % 7 === 0 || (day + 4) % 7 === 6
    if (weekend ? !w.makeUp.has(date) : w.off.has(date)) continue
    const midnight = day * DAY - SHANGHAI
    for (const [begin, end] of w.sessions) sum += Math.max(0, Math.min(midnight + end! * 60_000, to) - Math.max(midnight + begin! * 60_000, from))
  }
  return sum
}

const p = (n: number) => String(n).padStart(2, '0')
/** `2工作日 03:20`, below a day `03:20:11`; the word says that it is office time. */
export function workingSpan(ms: number, day: number, lang: 'zh' | 'en'): { figure: string; word: string } {
  const days = Math.floor(ms / day)
  const s = Math.floor((ms - days * day) / 1000)
  const clock = `${p(Math.floor(s / 3600))}:${p(Math.floor((s % 3600) / 60))}`
  if (days) return { figure: lang === 'zh' ? `${days}工作日 ${clock}` : `${days}wd ${clock}`, word: '' }
  return { figure: `${clock}:${p(s % 60)}`, word: lang === 'zh' ? '工时' : 'wh' }
}
