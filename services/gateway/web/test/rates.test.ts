import { describe, expect, it } from 'vitest'
import { bandClasses, classOf } from '../src/lib/classes'
import { byWorth, goalText, judge, offBand, rateText } from '../src/lib/figures'

const BAND = { per: 1000, better: 'band' as const, band: [2, 8] as const }

describe('a rate is read', () => {
  it.each([
    [0.964, 100, '96.4%'],
    [0.0032, 1000, '3.2‰'],
    [1.25, 1, '1.25'],
    [2, 1, '2'],
  ])('%d per %d', (value, per, text) => expect(rateText(value, per)).toBe(text))
})

describe('a rate is judged', () => {
  it.each([
    [0.5, { better: 'up' as const, target: 0.9 }, 'missed'],
    [0.9, { better: 'up' as const, target: 0.9 }, 'good'],
    [0.2, { better: 'down' as const, target: 0.1 }, 'missed'],
    [0.001, BAND, 'low'],
    [0.005, BAND, 'good'],
    [0.009, BAND, 'high'],
    [0.5, { better: 'none' as const, target: 0.9 }, ''],
    [0.5, {}, ''],
    [null, BAND, ''],
  ])('%d by %j', (value, reading, verdict) => expect(judge(value, reading)).toBe(verdict))
  it('with its goal said', () => {
    expect(goalText(BAND)).toBe('2–8‰')
    expect(goalText({ target: 0.9 })).toBe('90.0%')
  })
})

describe('a ranking', () => {
  it('has the best first, in a band the nearest to it', () => {
    expect([0.1, 0.9, 0.5].sort(byWorth({ better: 'up' }))).toEqual([0.9, 0.5, 0.1])
    expect([0.1, 0.9, 0.5].sort(byWorth({ better: 'down' }))).toEqual([0.1, 0.5, 0.9])
    expect([0.02, 0.005, 0.001].sort(byWorth(BAND))).toEqual([0.005, 0.001, 0.02])
    expect(offBand(0.02, BAND)).toBeCloseTo(12)
  })
  it('colours the inside of a band as the best class', () => {
    const classes = bandClasses([0, 0, 1, 2, 3])
    expect(classOf(0, classes)).toBe(0)
    expect(classOf(3, classes)).toBe(4)
  })
})
