/** Where the boxes of a small directed graph go: columns by how far along something is, rows by when it began. Pure. */

export interface Placed {
  column: number
  row: number
}

/**
 * Columns: an edge leads to a column further right, cycles aside; rows: in order of `began` within a column.
 * `edges` are pairs of places in `began`.
 */
export function place(began: readonly string[], edges: readonly (readonly [number, number])[]): Placed[] {
  const ahead = began.map(() => new Set<number>())
  for (const [from, to] of edges) if (from !== to) ahead[from]!.add(to)
  const column = began.map(() => 0)
  const state = began.map(() => 0)
  const order: number[] = []
  const acyclic: [number, number][] = []
  // Depth first; an edge back to something under way would close a circle and is left out.
  const visit = (n: number): void => {
    state[n] = 1
    for (const to of ahead[n]!) {
      if (state[to] === 1) continue
      acyclic.push([n, to])
      if (state[to] === 0) visit(to)
    }
    state[n] = 2
    order.push(n)
  }
  const earliest = began.map((_, i) => i).sort((a, b) => compare(began[a]!, began[b]!) || a - b)
  for (const n of earliest) if (state[n] === 0) visit(n)
  for (const n of order.reverse()) for (const [from, to] of acyclic) if (from === n) column[to] = Math.max(column[to]!, column[n]! + 1)
  const filled = new Map<number, number>()
  const out: Placed[] = began.map(() => ({ column: 0, row: 0 }))
  for (const n of earliest) {
    const row = filled.get(column[n]!) ?? 0
    filled.set(column[n]!, row + 1)
    out[n] = { column: column[n]!, row }
  }
  return out
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
