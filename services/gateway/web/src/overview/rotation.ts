/** What a wall looks at by itself: the whole, then one area after the other; lists turn with every beat. */
import { computed, onBeforeUnmount, onMounted, type Ref, ref } from 'vue'
import { remember, remembered } from '../store/prefs'

export const BEAT_MS = 15_000
/** Somebody who touches the wall looks at something: it waits so long before it turns on. */
export const HOLD_MS = 90_000

export interface Turn {
  code: string
  late: number
  open: number
}

/** The whole first, then the areas with something late, then those with most open; those with nothing are left out. Pure. */
export function turnOrder(areas: readonly Turn[]): string[] {
  const busy = areas.filter((a) => a.open > 0)
  return ['', ...busy.sort((a, b) => b.late - a.late || b.open - a.open || a.code.localeCompare(b.code)).map((a) => a.code)]
}

/** The next of an order that may have changed since; what is not in it any more leads to the whole. Pure. */
export function nextTurn(order: readonly string[], now: string): string {
  const at = order.indexOf(now)
  return order[(at + 1) % order.length] ?? ''
}

/** The next of several that have something to show; the same one where no other has. Pure. */
export function nextFull(full: readonly boolean[], at: number): number {
  for (let step = 1; step <= full.length; step++) if (full[(at + step) % full.length]) return (at + step) % full.length
  return at
}

export function useRotation(active: Ref<boolean>, areas: Ref<readonly Turn[]>, ms = BEAT_MS) {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const paused = ref(still || remembered('turning') === 'paused')
  const focus = ref('')
  const beat = ref(0)
  const order = computed(() => turnOrder([...areas.value]))
  let heldUntil = 0
  let timer: number | undefined

  function turn(): void {
    if (!active.value || paused.value || document.hidden || performance.now() < heldUntil) return
    beat.value++
    focus.value = nextTurn(order.value, focus.value)
  }
  function toggle(): void {
    paused.value = !paused.value
    heldUntil = 0
    remember('turning', paused.value ? 'paused' : '')
  }
  const hold = () => (heldUntil = performance.now() + HOLD_MS)
  onMounted(() => (timer = window.setInterval(turn, ms)))
  onBeforeUnmount(() => window.clearInterval(timer))
  /** Where the turn stands, from one. */
  const place = computed(() => ({ n: Math.max(0, order.value.indexOf(focus.value)) + 1, of: order.value.length }))
  return { paused, focus, beat, place, toggle, hold, turn }
}
