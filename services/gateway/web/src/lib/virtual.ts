/** Arithmetic of virtual lists and of moving in them by keyboard; pure. */

export interface Window {
  from: number
  to: number
  before: number
  after: number
}

/** Which rows [from, to) to draw and the space above and below them, in the unit of `row`. */
export function windowOf(scroll: number, height: number, row: number, count: number, over = 6): Window {
  if (count === 0 || row <= 0) return { from: 0, to: 0, before: 0, after: 0 }
  const first = Math.min(count - 1, Math.max(0, Math.floor(scroll / row)))
  const from = Math.max(0, first - over)
  const to = Math.min(count, Math.max(first + 1, Math.ceil((scroll + height) / row) + over))
  return { from, to, before: from * row, after: (count - to) * row }
}

/** The index after a key, or null when the key is none of the list's. */
export function moveIndex(key: string, index: number, count: number, page: number): number | null {
  if (count === 0) return null
  const clamp = (i: number) => Math.min(count - 1, Math.max(0, i))
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return clamp(index + 1)
    case 'ArrowUp':
    case 'k':
      return clamp(index < 0 ? 0 : index - 1)
    case 'PageDown':
      return clamp(index + page)
    case 'PageUp':
      return clamp(index - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}

/** The scroll offset that brings row `index` into view, or null when it is in view already. */
export function scrollFor(index: number, scroll: number, height: number, row: number): number | null {
  const top = index * row
  if (top < scroll) return top
  if (top + row > scroll + height) return top + row - height
  return null
}
