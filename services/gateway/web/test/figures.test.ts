import { describe, expect, it } from 'vitest'
import { classOf, countClasses, legendOf, rateClasses } from '../src/lib/classes'
import { figure, linePath, niceTop } from '../src/lib/figures'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

describe('classes of the map', () => {
  it('give nothing its own class and keep the worst rare', () => {
    const values = Array.from({ length: 285 }, (_, i) => (i < 100 ? 0 : Math.floor((i - 100) / 20)))
    const c = countClasses(values)
    expect(classOf(0, c)).toBe(0)
    expect(classOf(Math.max(...values), c)).toBe(4)
    expect(values.filter((v) => classOf(v, c) === 4).length).toBeLessThan(285 * 0.1)
    expect(c.cuts.every((cut, i) => i === 0 || cut > c.cuts[i - 1]!)).toBe(true)
    expect(legendOf(c, 0)[0]).toBe('0')
  })
  it('stay in order when nearly everything is the same', () => {
    const c = countClasses([1, 1, 1, 1])
    expect(c.cuts).toEqual([1, 2, 3, 4])
    expect(legendOf(c, 0)).toEqual(['0', '1', '2', '3', '≥4'])
    expect(classOf(null, c)).toBe(-1)
    expect(countClasses([]).cuts).toEqual([1, 2, 3, 4])
  })
  it('of a rate follow its target and direction', () => {
    const up = rateClasses([0.9, 0.8], 'up', 0.95)
    expect(classOf(1, up)).toBe(0)
    expect(classOf(0.95, up)).toBe(1)
    expect(classOf(0.5, up)).toBe(4)
    const down = rateClasses([0.1], 'down', 0.1)
    expect(classOf(0.01, down)).toBe(0)
    expect(classOf(0.5, down)).toBe(4)
  })
})

describe('figures', () => {
  it('are grouped, rounded, and say when there is none', () => {
    expect([figure(2000), figure(0.123), figure(12.34), figure(Number.NaN)]).toEqual(['2,000', '0.1', '12.3', '–'])
  })
  it('an axis ends at a round number above the largest value', () => {
    for (const max of [0, 1, 3, 4, 5, 9, 27, 99, 326, 1234]) {
      const { top, step } = niceTop(max)
      expect(top).toBeGreaterThanOrEqual(max)
      expect(Number.isInteger(step)).toBe(true)
      expect(top / step).toBeLessThanOrEqual(5)
    }
  })
  it('a line breaks where there is no value', () => {
    expect(linePath([0, null, 10], 20, 10, 0, 10)).toBe('M0.0 10.0M20.0 0.0')
  })
})

describe('the dictionary', () => {
  it('has the same keys and the same parameters in both languages, and no empty word', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    const parameters = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect(en[key].trim(), key).not.toBe('')
      expect(parameters(en[key]), key).toEqual(parameters(zh[key]))
    }
  })
})
