/** Times are UTC on the wire and Asia/Shanghai on the page, whatever the viewer's machine says. */

export type Lang = 'zh' | 'en'

const ZONE = 'Asia/Shanghai'
const cache = new Map<string, Intl.DateTimeFormat>()

function format(lang: Lang, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = lang + key
  let found = cache.get(id)
  if (!found) {
    found = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: ZONE, hourCycle: 'h23', ...options })
    cache.set(id, found)
  }
  return found
}

const two: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }

/** `08:04:11` */
export function clockTime(ms: number, lang: Lang): string {
  return format(lang, 'clock', { ...two, second: '2-digit' }).format(ms)
}

/** `2026/11/23 周一` or `Mon, 23/11/2026` */
export function longDate(ms: number, lang: Lang): string {
  const day = format(lang, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms)
  const week = format(lang, 'week', { weekday: 'short' }).format(ms)
  return lang === 'zh' ? `${day} ${week}` : `${week} ${day}`
}

/** `11-22 10:28` */
export function shortTime(iso: string | null | undefined): string {
  if (!iso) return ''
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  const parts = format('zh', 'short', { month: '2-digit', day: '2-digit', ...two }).formatToParts(at)
  const pick = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${pick('month')}-${pick('day')} ${pick('hour')}:${pick('minute')}`
}

/** `2026-11-22 10:28` */
export function fullTime(iso: string | null | undefined): string {
  if (!iso) return ''
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  const year = format('zh', 'year', { year: 'numeric' }).formatToParts(at).find((p) => p.type === 'year')?.value ?? ''
  return `${year}-${shortTime(iso)}`
}

/** Hour of the day 0..23 in Shanghai. */
export function hourOf(ms: number): number {
  const part = format('zh', 'hour', { hour: '2-digit' }).formatToParts(ms).find((p) => p.type === 'hour')
  return Number(part?.value ?? 0) % 24
}

/** `YYYY-MM-DD` in Shanghai. */
export function dateOf(ms: number): string {
  const parts = format('zh', 'date', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms)
  const pick = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${pick('year')}-${pick('month')}-${pick('day')}`
}

/** A local `datetime-local` value (Shanghai wall clock) as an ISO instant in UTC. China has had no summer time since 1992. */
export function fromLocal(value: string): string {
  if (!value) return ''
  const withSeconds = value.length === 16 ? `${value}:00` : value
  const at = Date.parse(`${withSeconds}+08:00`)
  return Number.isNaN(at) ? '' : new Date(at).toISOString()
}

/** The reverse of {@link fromLocal}. */
export function toLocal(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  return new Date(at + 8 * 3600_000).toISOString().slice(0, 16)
}

/** The date in Asia/Shanghai, `2026-11-23`; business dates are days there. */
export const businessDate = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

/** So many days before a date. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)
}
