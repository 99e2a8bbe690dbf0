/** Periods of calendar days (Asia/Shanghai business dates, both ends counted). Pure: dates are `YYYY-MM-DD`. */

export const SPANS = ['day', 'week', 'month', 'quarter', 'custom'] as const
export type SpanKind = (typeof SPANS)[number]
export const BASES = ['previous', 'year', 'custom', 'none'] as const
export type Base = (typeof BASES)[number]

export interface Period {
  first: string
  last: string
}

const DAY = 86_400_000
const ms = (date: string): number => Date.parse(`${date}T00:00:00Z`)
const iso = (at: number): string => new Date(at).toISOString().slice(0, 10)
const date = (year: number, month: number, day: number): string => iso(Date.UTC(year, month, day))
const parts = (d: string) => ({ y: Number(d.slice(0, 4)), m: Number(d.slice(5, 7)) - 1, d: Number(d.slice(8, 10)) })

export const isDate = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(ms(text)) && iso(ms(text)) === text
export const days = (p: Period): number => Math.round((ms(p.last) - ms(p.first)) / DAY) + 1
export const plusDays = (d: string, n: number): string => iso(ms(d) + n * DAY)

/** The calendar period that holds a date; weeks begin on Monday. */
export function periodOf(kind: Exclude<SpanKind, 'custom'>, on: string): Period {
  const { y, m } = parts(on)
  switch (kind) {
    case 'day':
      return { first: on, last: on }
    case 'week': {
      const monday = plusDays(on, -((new Date(ms(on)).getUTCDay() + 6) % 7))
      return { first: monday, last: plusDays(monday, 6) }
    }
    case 'month':
      return { first: date(y, m, 1), last: date(y, m + 1, 0) }
    case 'quarter': {
      const q = Math.floor(m / 3) * 3
      return { first: date(y, q, 1), last: date(y, q + 3, 0) }
    }
  }
}

/** The period after (1) or before (-1): the next of its kind, or as many days. */
export function shifted(kind: SpanKind, p: Period, by: 1 | -1): Period {
  if (kind === 'custom') {
    const n = days(p) * by
    return { first: plusDays(p.first, n), last: plusDays(p.last, n) }
  }
  return periodOf(kind, by > 0 ? plusDays(p.last, 1) : plusDays(p.first, -1))
}

/** A year earlier; 29 February becomes the 28th. */
function yearBefore(d: string): string {
  const { y, m, d: day } = parts(d)
  const there = date(y - 1, m, day)
  return there.slice(5, 7) === d.slice(5, 7) ? there : date(y - 1, m + 1, 0)
}

/** What a period is compared with; `against` where that was chosen. A month of last year is that month, whatever its length. */
export function baseOf(kind: SpanKind, p: Period, base: Base, against?: Period): Period | null {
  if (base === 'none') return null
  if (base === 'custom' && against) return against
  if (base === 'previous' || base === 'custom') return shifted(kind, p, -1)
  if (kind === 'month' || kind === 'quarter') return periodOf(kind, yearBefore(p.first))
  // Weeks are compared with the same weekdays.
  if (kind === 'week') return { first: plusDays(p.first, -364), last: plusDays(p.last, -364) }
  return { first: yearBefore(p.first), last: yearBefore(p.last) }
}

export interface Asked {
  kind: SpanKind
  period: Period
  base: Base
  /** The period chosen to compare with, where `base` is `custom`. */
  against?: Period
}

const ordered = (first: string, last: string): Period => (first <= last ? { first, last } : { first: last, last: first })

/** From the words of the address; what is missing or wrong is this month, compared with the one before. */
export function readPeriod(query: Record<string, unknown>, today: string): Asked {
  const kind = SPANS.includes(query.p as SpanKind) ? (query.p as SpanKind) : 'month'
  const base = BASES.includes(query.base as Base) ? (query.base as Base) : 'previous'
  const period =
    kind === 'custom' ? ordered(isDate(query.from) ? query.from : plusDays(today, -29), isDate(query.to) ? query.to : today) : periodOf(kind, isDate(query.on) ? query.on : today)
  if (base !== 'custom') return { kind, base, period }
  const chosen = isDate(query.bfrom) && isDate(query.bto)
  return { kind, base, period, against: chosen ? ordered(query.bfrom as string, query.bto as string) : shifted(kind, period, -1) }
}

export function periodWords(a: Asked): Record<string, string> {
  return {
    p: a.kind,
    ...(a.kind === 'custom' ? { from: a.period.first, to: a.period.last } : { on: a.period.first }),
    ...(a.base !== 'previous' ? { base: a.base } : {}),
    ...(a.base === 'custom' && a.against ? { bfrom: a.against.first, bto: a.against.last } : {}),
  }
}

/** What the brief is asked with: its own calendar period around a day, or the days of the page; compared as the page is. */
export function briefWords(kind: Exclude<SpanKind, 'quarter'>, on: string, page: Asked): Record<string, string> {
  const p = kind === 'custom' ? page.period : periodOf(kind, on)
  const base = baseOf(kind === 'custom' ? page.kind : kind, p, page.base, page.against)
  return {
    period: kind,
    ...(kind === 'custom' ? { from: p.first, to: p.last } : { on }),
    ...(base ? { base_from: base.first, base_to: base.last } : { compare: 'false' }),
  }
}

/** Days gathered so that at most about forty points are drawn: by day, week or month. */
export function gathered<T extends { on: string; numerator: number; denominator: number }>(list: readonly T[], most = 40): { on: string; numerator: number; denominator: number }[] {
  const kind = list.length <= most ? 'day' : list.length <= most * 7 ? 'week' : 'month'
  const out = new Map<string, { on: string; numerator: number; denominator: number }>()
  for (const day of list) {
    const on = periodOf(kind, day.on).first
    const held = out.get(on) ?? { on, numerator: 0, denominator: 0 }
    out.set(on, { on, numerator: held.numerator + day.numerator, denominator: held.denominator + day.denominator })
  }
  return [...out.values()]
}
