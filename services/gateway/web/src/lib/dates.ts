/** Business dates as `YYYY-MM-DD`, without clocks and zones; pure. */

const DAY = 86_400_000

export const isDate = (text: string): boolean => {
  const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  return m !== null && isoOf(dayOf(text)) === text
}
/** Days since 1970-01-01. */
export const dayOf = (date: string): number => Math.round(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY)
export const isoOf = (day: number): string => (Number.isFinite(day) ? new Date(day * DAY).toISOString().slice(0, 10) : '')
/** 1 Monday … 7 Sunday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1
export const monthOf = (date: string): string => date.slice(0, 7)

export function addMonths(month: string, by: number): string {
  const [y, m] = month.split('-').map(Number) as [number, number]
  const n = y * 12 + (m - 1) + by
  return `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((((n % 12) + 12) % 12) + 1).padStart(2, '0')}`
}

/** The weeks a month touches, Monday first. */
export function weeksOf(month: string): string[][] {
  const first = dayOf(`${month}-01`)
  const next = dayOf(`${addMonths(month, 1)}-01`)
  const out: string[][] = []
  for (let at = first - weekdayOf(first) + 1; at < next; at += 7) out.push(Array.from({ length: 7 }, (_, i) => isoOf(at + i)))
  return out
}

const MOST_SPAN = 400
const two = (n: number | string): string => String(n).padStart(2, '0')

/**
 * Dates out of pasted words, sorted, each once, with what could not be read. Takes `2026-10-01`, `2026/10/1`,
 * `2026年10月1日`, and without the year `10月1日` or `10-01` where `year` is known; two dates joined by `至`, `到`, `~`,
 * `—`, `..` or `to` are all the days between, and behind one of them `日至8日` takes over its month.
 */
export function parseDates(text: string, year = 0): { dates: string[]; bad: string[] } {
  const out = new Set<string>()
  const bad: string[] = []
  const plain = text
    .replace(/[（(][^）)]*[）)]/g, ' ')
    .replace(/\s*(?:至|到|~|～|—+|–|\.\.|\bto\b)\s*/g, '~')
    .replace(/星期[一二三四五六日天]|周[一二三四五六日天]/g, ' ')
  for (const piece of plain.split(/[\s,，、;；。]+/).filter(Boolean)) {
    const ends = piece.split('~')
    const from = readDate(ends[0]!, year, '')
    const to = ends.length > 1 ? readDate(ends[1]!, year, from) : from
    const span = dayOf(to) - dayOf(from)
    if (!from || !to || ends.length > 2 || span < 0 || span > MOST_SPAN) {
      bad.push(piece.replace('~', '至'))
      continue
    }
    for (let day = dayOf(from); day <= dayOf(to); day++) out.add(isoOf(day))
  }
  return { dates: [...out].sort(), bad }
}

function readDate(text: string, year: number, before: string): string {
  const full = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text)
  const noYear = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text)
  const onlyDay = /^(\d{1,2})日?$/.exec(text)
  const base = before ? Number(before.slice(0, 4)) : year
  const found = full
    ? `${full[1]}-${two(full[2]!)}-${two(full[3]!)}`
    : noYear && base
      ? `${base}-${two(noYear[1]!)}-${two(noYear[2]!)}`
      : onlyDay && before
        ? `${before.slice(0, 8)}${two(onlyDay[1]!)}`
        : ''
  return isDate(found) ? found : ''
}
