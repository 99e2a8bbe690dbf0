/** The late list out of what the page holds; pure. */
import type { Matter } from '../api/types'
import { lightOf, sortByUrgency } from '../lib/due'

export const MOST_LATE = 20

/**
 * The most urgent of `candidates` that are late or soon and `inside`. Whatever is neither, or is not held any more, is
 * taken out of the candidates: the server names it when its time comes, and so they stay as few as is late.
 */
export function lateOf(candidates: Set<string>, held: ReadonlyMap<string, Matter>, at: number, inside: (m: Matter) => boolean): Matter[] {
  const out: Matter[] = []
  for (const key of candidates) {
    const m = held.get(key)
    const light = m && lightOf(m, at)
    if (!m || (light !== 'late' && light !== 'soon')) candidates.delete(key)
    else if (inside(m)) out.push(m)
  }
  return sortByUrgency(out, at).slice(0, MOST_LATE)
}
