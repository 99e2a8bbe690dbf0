/** Which rows are chosen: by key, so that a row that moves or changes stays chosen. */
import { type Ref, shallowRef, watch } from 'vue'
import type { Matter } from '../api/types'
import { keyOf } from '../store/batch'

export const MOST_CHOSEN = 100

/** Pure: `rows` between the anchor and a row, both included, in the order of the list. */
export function between(keys: readonly string[], anchor: string, to: string): string[] {
  const a = keys.indexOf(anchor)
  const b = keys.indexOf(to)
  if (b < 0) return []
  if (a < 0) return [to]
  return keys.slice(Math.min(a, b), Math.max(a, b) + 1)
}

export function useSelection(rows: Ref<readonly Matter[]>) {
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  let anchor = ''
  function set(next: Iterable<string>): void {
    chosen.value = new Set([...next].slice(0, MOST_CHOSEN))
  }
  function toggle(m: Matter, range: boolean): void {
    const key = keyOf(m)
    if (range) {
      set([...chosen.value, ...between(rows.value.map(keyOf), anchor || key, key)])
      if (!anchor) anchor = key
      return
    }
    anchor = key
    const next = new Set(chosen.value)
    if (!next.delete(key)) next.add(key)
    set(next)
  }
  const all = () => set(rows.value.map(keyOf))
  const none = () => set([])
  // What is not in the list any more is not acted upon.
  watch(rows, (list) => {
    if (!chosen.value.size) return
    const there = new Set(list.map(keyOf))
    const kept = [...chosen.value].filter((k) => there.has(k))
    if (kept.length !== chosen.value.size) set(kept)
  })
  return { chosen, toggle, all, none }
}
