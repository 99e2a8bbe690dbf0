import { describe, expect, it } from 'vitest'
import { dueWords, lightOf, sortByUrgency, span, used } from '../src/lib/due'
import { clockTime, fromLocal, fullTime, hourOf, shortTime, toLocal } from '../src/lib/time'

const now = Date.parse('2026-11-23T00:04:11Z')
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
const item = (due: number | null, soon: number | null = null, more = {}) => ({
  open: true,
  opened_at: at(-600),
  due_at: due === null ? null : at(due),
  soon_at: soon === null ? null : at(soon),
  due_status: 'running',
  ...more,
})

describe('lights', () => {
  it('follow the clock, not the stored status', () => {
    expect(lightOf(item(-1), now)).toBe('late')
    expect(lightOf(item(0), now)).toBe('late')
    expect(lightOf(item(60, -1), now)).toBe('soon')
    expect(lightOf(item(60, 30), now)).toBe('ok')
    expect(lightOf(item(null), now)).toBe('none')
  })
  it('are out for what is settled or paused', () => {
    expect(lightOf(item(-60, null, { open: false }), now)).toBe('done')
    expect(lightOf(item(-60, null, { due_status: 'met' }), now)).toBe('done')
    expect(lightOf(item(-60, null, { due_status: 'paused' }), now)).toBe('paused')
  })
  it('take the owner’s word for soon where no warning time is given', () => {
    expect(lightOf(item(60, null, { due_status: 'soon' }), now)).toBe('soon')
  })
})

describe('words', () => {
  it('say over and left in both languages', () => {
    expect(dueWords(item(-3000), now, 'zh')).toEqual({ light: 'late', word: '超时', figure: '50:00:00' })
    expect(dueWords(item(-3000), now, 'en')).toEqual({ light: 'late', word: 'over', figure: '50:00:00' })
    expect(dueWords(item(229, -1), now, 'zh')).toEqual({ light: 'soon', word: '剩', figure: '03:49:00' })
    expect(dueWords(item(229, -1), now, 'en').word).toBe('left')
  })
  it('say that there is no limit, a pause or an end without a figure', () => {
    expect(dueWords(item(null), now, 'zh')).toEqual({ light: 'none', word: '无时限', figure: '' })
    expect(dueWords(item(5, null, { due_status: 'paused' }), now, 'en')).toEqual({ light: 'paused', word: 'paused', figure: '' })
    expect(dueWords(item(5, null, { open: false }), now, 'zh').word).toBe('已了结')
  })
  it('turn to days at a hundred hours', () => {
    expect(span(99 * 3600_000 + 59 * 60_000, 'zh')).toBe('99:59:00')
    expect(span(-(100 * 3600_000), 'zh')).toBe('4天 04:00')
    expect(span(100 * 3600_000, 'en')).toBe('4d 04:00')
  })
})

describe('the bar of used time', () => {
  it('runs from opening to deadline and stays full', () => {
    expect(used(item(600), now)).toBeCloseTo(0.5)
    expect(used(item(-5), now)).toBe(1)
    expect(used(item(null), now)).toBe(0)
    expect(used({ due_at: at(5) }, now)).toBe(0)
  })
})

describe('order of work', () => {
  it('is late, soon, by deadline, without limit, settled', () => {
    const list = [
      { n: 'settled', ...item(-50, null, { open: false }) },
      { n: 'free', ...item(null) },
      { n: 'ok2', ...item(300, 200) },
      { n: 'ok1', ...item(200, 100) },
      { n: 'soon', ...item(100, -10) },
      { n: 'late1', ...item(-10) },
      { n: 'late2', ...item(-100) },
    ]
    expect(sortByUrgency(list, now).map((x) => x.n)).toEqual(['late2', 'late1', 'soon', 'ok1', 'ok2', 'free', 'settled'])
    expect(list[0]!.n).toBe('settled')
  })
})

describe('times are Shanghai times', () => {
  it('whatever the machine’s zone', () => {
    expect(clockTime(now, 'zh')).toBe('08:04:11')
    expect(shortTime('2026-11-22T02:28:00Z')).toBe('11-22 10:28')
    expect(fullTime('2026-12-31T16:30:00Z')).toBe('2027-01-01 00:30')
    expect(hourOf(Date.parse('2026-11-22T16:10:00Z'))).toBe(0)
  })
  it('go to and from a form field', () => {
    expect(fromLocal('2026-11-22T10:28')).toBe('2026-11-22T02:28:00.000Z')
    expect(toLocal('2026-11-22T02:28:00.000Z')).toBe('2026-11-22T10:28')
    expect(fromLocal('')).toBe('')
  })
})
