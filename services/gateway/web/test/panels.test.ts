import { describe, expect, it } from 'vitest'
import type { Bar, Column } from '../src/api/types'
import { cellText, entriesByDay, groupsOf, minutesText, moneyText, placeOf, scaleOf, sortRows } from '../src/lib/panels'

const words = { unit: (c: string) => `单位${c}`, area: (c: string) => `区域${c}`, status: (s: string) => `状态${s}`, text: (x: { zh: string }) => x.zh, list: '、' }

describe('cells', () => {
  it.each<[Column['kind'], unknown, string]>([
    ['number', 1234.5, '1,234.5'],
    ['number', 0, '0'],
    ['percent', 0.9666, '96.7%'],
    ['percent', null, '–'],
    ['minutes', 185, '3 h 05 min'],
    ['minutes', -5, '−5 min'],
    ['money', 123456, '¥1,234.56'],
    ['date', '2026-11-23', '2026-11-23'],
    ['time', '2026-11-23T00:05:00Z', '2026-11-23 08:05'],
    ['unit', 'cg', '单位cg'],
    ['area', ['a', 'b'], '区域a、区域b'],
    ['status', 'OPEN', '状态OPEN'],
    ['matter', { kind: 'k', id: '1', number: 'N-1' }, 'N-1'],
    ['text', '', '–'],
    ['text', ['x', 'y'], 'x、y'],
    ['text', [{ zh: '甲', en: 'A' }, { zh: '乙', en: 'B' }], '甲、乙'],
  ])('%s %j', (kind, cell, text) => {
    expect(cellText(kind, cell, words)).toBe(text)
  })
  it('of minutes and money keep their units', () => {
    expect(minutesText(59.6)).toBe('1 h 00 min')
    expect(moneyText(0)).toBe('¥0.00')
  })
})

describe('sorting', () => {
  const rows = [{ n: 2, t: '乙' }, { n: null, t: '甲' }, { n: 10, t: '' }, { n: 2, t: '丙' }]
  const n: Column = { id: 'n', title: { zh: '', en: '' }, kind: 'number' }
  it('is by value, empties last whichever way, equals as given', () => {
    expect(sortRows(rows, n, false, words, 'zh').map((r) => r.n)).toEqual([2, 2, 10, null])
    expect(sortRows(rows, n, true, words, 'zh').map((r) => r.n)).toEqual([10, 2, 2, null])
    expect(sortRows(rows, n, false, words, 'zh').map((r) => r.t)).toEqual(['乙', '丙', '', '甲'])
  })
  it('of words has empties last', () => {
    const t: Column = { id: 't', title: { zh: '', en: '' }, kind: 'text' }
    expect(sortRows(rows, t, false, words, 'zh').at(-1)).toBe(rows[2])
  })
})

describe('bars', () => {
  const bar = (more: Partial<Bar>): Bar => ({ id: 'x', title: 'x', ...more })
  it('have no scale without a date', () => expect(scaleOf([bar({})], '2026-11-23')).toBeNull())
  it('lie where their days are, a day wide at least', () => {
    const scale = scaleOf([bar({ start: '2026-11-20', end: '2026-11-29', due: '2026-11-27' })], '2026-11-23')!
    const at = placeOf(bar({ start: '2026-11-20', end: '2026-11-20' }), scale, '2026-11-23')!
    const day = 100 / (scale.to - scale.from)
    expect(at.left).toBeCloseTo(day, 5)
    expect(at.width).toBeCloseTo(day, 5)
    expect(at.going).toBe(false)
  })
  it('that go on reach to today, those to come to their limit', () => {
    const list = [bar({ start: '2026-11-20' }), bar({ start: '2026-11-25', due: '2026-11-30' })]
    const scale = scaleOf(list, '2026-11-23')!
    const day = 100 / (scale.to - scale.from)
    expect(placeOf(list[0]!, scale, '2026-11-23')).toMatchObject({ going: true })
    expect(placeOf(list[0]!, scale, '2026-11-23')!.width).toBeCloseTo(4 * day, 5)
    expect(placeOf(list[1]!, scale, '2026-11-23')!.width).toBeCloseTo(6 * day, 5)
  })
  it('without any date are listed and not drawn', () => {
    const scale = scaleOf([bar({ start: '2026-11-20' })], '2026-11-23')!
    expect(placeOf(bar({}), scale, '2026-11-23')).toBeNull()
  })
  it('keep the order of their groups', () => {
    expect(groupsOf([bar({ id: '1', group: 'b' }), bar({ id: '2', group: 'a' }), bar({ id: '3', group: 'b' })]).map((g) => [g.group, g.bars.length])).toEqual([['b', 2], ['a', 1]])
  })
})

describe('a calendar', () => {
  it('puts entries on the days of Shanghai they touch, not on the one that begins at their end', () => {
    const days = entriesByDay([
      { id: 'b', title: '夜班', starts_at: '2026-11-23T14:00:00Z', ends_at: '2026-11-23T22:00:00Z' },
      { id: 'a', title: '白班', starts_at: '2026-11-23T01:00:00Z', ends_at: '2026-11-23T16:00:00Z' },
    ])
    expect([...days.keys()].sort()).toEqual(['2026-11-23', '2026-11-24'])
    expect(days.get('2026-11-23')!.map((e) => e.id)).toEqual(['a', 'b'])
    expect(days.get('2026-11-24')!.map((e) => e.id)).toEqual(['b'])
  })
})
