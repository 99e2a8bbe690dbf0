import { describe, expect, it } from 'vitest'
import { addMonths, dayOf, isDate, isoOf, parseDates, weekdayOf, weeksOf } from '../src/lib/dates'

describe('business dates', () => {
  it('are counted in days, whatever the zone of the viewer', () => {
    expect(isoOf(dayOf('2026-02-28') + 1)).toBe('2026-03-01')
    expect(weekdayOf(dayOf('2026-11-23'))).toBe(1)
    expect(weekdayOf(dayOf('1969-12-28'))).toBe(7)
    expect(addMonths('2026-01', -1)).toBe('2025-12')
    expect(addMonths('2026-12', 1)).toBe('2027-01')
  })
  it('are refused where the calendar has none', () => {
    expect(isDate('2026-02-29')).toBe(false)
    expect(isDate('2028-02-29')).toBe(true)
    expect(isDate('2026-2-9')).toBe(false)
  })
  it('make the weeks of a month, Monday first', () => {
    const weeks = weeksOf('2026-11')
    expect(weeks[0]![0]).toBe('2026-10-26')
    expect(weeks.at(-1)![6]).toBe('2026-12-06')
    expect(weeks.every((w) => w.length === 7)).toBe(true)
  })
})

describe('pasted dates', () => {
  it.each([
    ['2026-10-01', 0, ['2026-10-01']],
    ['2026/10/1、2026.10.2', 0, ['2026-10-01', '2026-10-02']],
    ['2026年10月1日（周四）至3日', 0, ['2026-10-01', '2026-10-02', '2026-10-03']],
    ['10月1日至10月2日，10月10日', 2026, ['2026-10-01', '2026-10-02', '2026-10-10']],
    ['2026-10-10 2026-10-10', 0, ['2026-10-10']],
    ['2025-12-31 to 2026-01-01', 0, ['2025-12-31', '2026-01-01']],
  ])('%s', (text, year, dates) => {
    expect(parseDates(text, year)).toEqual({ dates, bad: [] })
  })
  it('say what they could not read and take the rest', () => {
    expect(parseDates('2026-10-01 2026-13-01 国庆节 10月2日')).toEqual({ dates: ['2026-10-01'], bad: ['2026-13-01', '国庆节', '10月2日'] })
    expect(parseDates('2026-10-08 至 2026-10-01').bad).toHaveLength(1)
    expect(parseDates('1026-10-01 至 2026-10-01').dates).toEqual([])
  })
})
