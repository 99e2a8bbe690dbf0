import { describe, expect, it } from 'vitest'
import { nextFull, nextTurn, turnOrder } from '../src/overview/rotation'

describe('what a wall turns to', () => {
  it('is the whole, then what is late, then what is busy; nothing that is empty', () => {
    const order = turnOrder([
      { code: 'a', late: 0, open: 3 },
      { code: 'b', late: 2, open: 2 },
      { code: 'c', late: 0, open: 0 },
      { code: 'd', late: 0, open: 9 },
    ])
    expect(order).toEqual(['', 'b', 'd', 'a'])
    expect([nextTurn(order, ''), nextTurn(order, 'a'), nextTurn(order, 'gone'), nextTurn(['']  , '')]).toEqual(['b', '', '', ''])
  })
  it('skips lists that have nothing to show and stays where no other has', () => {
    expect(nextFull([true, false, true], 0)).toBe(2)
    expect(nextFull([true, false, true], 2)).toBe(0)
    expect(nextFull([false, false], 1)).toBe(1)
    expect(nextFull([], 0)).toBe(0)
  })
})
