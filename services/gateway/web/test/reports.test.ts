import { describe, expect, it } from 'vitest'
import type { RankLine, RateSide } from '../src/api/types'
import { baseOf, briefWords, days, gathered, periodOf, periodWords, readPeriod, shifted } from '../src/reports/period'
import { changeOf, missed, NOTHING, ranked, sideText } from '../src/reports/reading'

describe('a period of calendar days', () => {
  it('is the week from Monday, the month, the quarter that holds a date', () => {
    expect(periodOf('week', '2026-11-29')).toEqual({ first: '2026-11-23', last: '2026-11-29' })
    expect(periodOf('week', '2027-01-01')).toEqual({ first: '2026-12-28', last: '2027-01-03' })
    expect(periodOf('month', '2028-02-11')).toEqual({ first: '2028-02-01', last: '2028-02-29' })
    expect(periodOf('quarter', '2026-12-31')).toEqual({ first: '2026-10-01', last: '2026-12-31' })
  })
  it('moves on by its kind, a chosen one by as many days', () => {
    expect(shifted('month', periodOf('month', '2026-01-31'), 1)).toEqual({ first: '2026-02-01', last: '2026-02-28' })
    expect(shifted('quarter', periodOf('quarter', '2026-02-01'), -1)).toEqual({ first: '2025-10-01', last: '2025-12-31' })
    expect(shifted('custom', { first: '2026-03-01', last: '2026-03-10' }, -1)).toEqual({ first: '2026-02-19', last: '2026-02-28' })
  })
  it('is compared with the one before, with a year ago, or with nothing', () => {
    const week = periodOf('week', '2026-11-25')
    expect(baseOf('week', week, 'previous')).toEqual({ first: '2026-11-16', last: '2026-11-22' })
    expect(baseOf('week', week, 'year')).toEqual({ first: '2025-11-24', last: '2025-11-30' })
    expect(baseOf('month', periodOf('month', '2025-02-05'), 'year')).toEqual({ first: '2024-02-01', last: '2024-02-29' })
    expect(baseOf('custom', { first: '2028-02-29', last: '2028-03-01' }, 'year')).toEqual({ first: '2027-02-28', last: '2027-03-01' })
    expect(baseOf('month', week, 'none')).toBeNull()
    expect(baseOf('week', week, 'custom', { first: '2026-03-02', last: '2026-04-01' })).toEqual({ first: '2026-03-02', last: '2026-04-01' })
  })
  it('is the brief’s own around a day, or that of the page, compared as the page is', () => {
    const page = readPeriod({ p: 'quarter', on: '2026-11-25', base: 'year' }, '2026-11-25')
    expect(briefWords('day', '2026-11-25', page)).toEqual({ period: 'day', on: '2026-11-25', base_from: '2025-11-25', base_to: '2025-11-25' })
    expect(briefWords('custom', '2026-11-25', page)).toEqual({ period: 'custom', from: '2026-10-01', to: '2026-12-31', base_from: '2025-10-01', base_to: '2025-12-31' })
    expect(briefWords('week', '2026-11-25', { ...page, base: 'none' })).toEqual({ period: 'week', on: '2026-11-25', compare: 'false' })
  })
  it('stands in the address and reads the same again; nonsense is this month', () => {
    const today = '2026-11-25'
    for (const words of [{ p: 'week', on: '2026-11-23' }, { p: 'custom', from: '2026-01-02', to: '2026-02-03', base: 'none' }, { p: 'day', on: '2026-11-25', base: 'custom', bfrom: '2026-03-02', bto: '2026-04-01' }] as Record<string, string>[]) expect(periodWords(readPeriod(words, today))).toEqual(words)
    expect(readPeriod({ p: 'age', on: '2026-13-40', base: 'x' }, today)).toEqual({ kind: 'month', base: 'previous', period: { first: '2026-11-01', last: '2026-11-30' } })
    expect(readPeriod({ p: 'day', base: 'custom', bfrom: '2026-03-02', bto: 'x' }, today).against).toEqual({ first: '2026-11-24', last: '2026-11-24' })
    expect(readPeriod({ p: 'custom', from: '2026-03-02', to: '2026-03-01' }, today).period).toEqual({ first: '2026-03-01', last: '2026-03-02' })
  })
  it('is gathered by weeks or months where it is long, and loses no number', () => {
    const list = Array.from({ length: 90 }, (_, n) => ({ on: new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10), numerator: 1, denominator: 2 }))
    const weeks = gathered(list)
    expect(weeks.length).toBeLessThanOrEqual(14)
    expect(weeks.reduce((n, w) => n + w.denominator, 0)).toBe(180)
    expect(gathered(list.slice(0, 7))).toHaveLength(7)
    expect(days({ first: '2026-01-01', last: '2026-03-31' })).toBe(90)
  })
})

const side = (numerator: number, denominator: number): RateSide => ({ numerator, denominator, value: denominator ? numerator / denominator : null })
const line = (key: string, numerator: number, denominator: number): RankLine => ({ key, now: side(numerator, denominator), base: null, parts: [] })

describe('a rate', () => {
  it('without anything to count is no zero', () => {
    expect(sideText(side(0, 0), {})).toBe(NOTHING)
    expect(sideText(side(0, 3), {})).toBe('0.0%')
    expect(changeOf(side(1, 2), side(0, 0), {})).toBeNull()
  })
  it('moved for the better or the worse by what is good for it', () => {
    expect(changeOf(side(3, 4), side(1, 2), { better: 'up' })).toEqual({ text: '+25.0 pp', verdict: 'better', up: true })
    expect(changeOf(side(3, 4), side(1, 2), { better: 'down' })?.verdict).toBe('worse')
    expect(changeOf(side(3, 4), side(1, 2), { better: 'none' })?.verdict).toBe('')
    expect(changeOf(side(1, 2), side(2, 4), {})).toEqual({ text: '0.0', verdict: '', up: false })
    expect([missed(0.8, { target: 0.9 }), missed(null, { target: 0.9 })]).toEqual([true, false])
  })
  it('ranks the best first, equals together, and what was not counted not at all', () => {
    const list = [line('a', 1, 2), line('b', 0, 0), line('c', 9, 10), line('d', 2, 4)]
    expect(ranked(list, { better: 'up' }).map((x) => [x.line.key, x.rank])).toEqual([
      ['c', 1],
      ['d', 2],
      ['a', 2],
      ['b', null],
    ])
    expect(ranked(list, { better: 'down' })[0]!.line.key).toBe('d')
  })
})
