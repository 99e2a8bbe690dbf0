import { describe, expect, it } from 'vitest'
import { place } from '../src/lib/graph'

describe('where the boxes of linked matters go', () => {
  it('puts what came of something to the right of it', () => {
    expect(place(['1', '2', '3'], [[0, 1], [1, 2]])).toEqual([{ column: 0, row: 0 }, { column: 1, row: 0 }, { column: 2, row: 0 }])
  })
  it('puts what came of two things after the later of both', () => {
    const [, , third] = place(['1', '2', '3'], [[0, 1], [0, 2], [1, 2]])
    expect(third).toEqual({ column: 2, row: 0 })
  })
  it('orders a column by beginning, whatever the order of the nodes', () => {
    expect(place(['1', '9', '5'], [[0, 1], [0, 2]])).toEqual([{ column: 0, row: 0 }, { column: 1, row: 1 }, { column: 1, row: 0 }])
  })
  it('ends with matters that name each other in a circle, and with ones that name themselves', () => {
    const placed = place(['1', '2', '3'], [[0, 1], [1, 2], [2, 0], [1, 1]])
    expect(placed.map((p) => p.column)).toEqual([0, 1, 2])
  })
  it('never puts two boxes in one place', () => {
    const began = Array.from({ length: 12 }, (_, i) => String(i % 4))
    const edges = began.map((_, i) => [i, (i * 7 + 3) % 12] as const)
    const cells = place(began, edges).map((p) => `${p.column}/${p.row}`)
    expect(new Set(cells).size).toBe(12)
  })
})
