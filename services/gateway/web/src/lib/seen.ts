/** `v-seen="x"`: says once an element is, or is about to be, in view. */
import type { Directive } from 'vue'

const AHEAD = '600px 0px'

export function seen<T>(look: (value: T) => void): { vSeen: Directive<Element, T>; stop: () => void } {
  const held = new Map<Element, T>()
  let eye: IntersectionObserver | null = null
  const vSeen: Directive<Element, T> = {
    mounted: (el, { value }) => {
      if (typeof IntersectionObserver === 'undefined') return look(value)
      // What scrolls is the page's main part; seen from the window the margin would be cut off by it.
      eye ??= new IntersectionObserver((all) => all.forEach((x) => x.isIntersecting && held.has(x.target) && look(held.get(x.target)!)), { root: el.closest('main'), rootMargin: AHEAD })
      held.set(el, value)
      eye.observe(el)
    },
    updated: (el, { value }) => void held.set(el, value),
    unmounted: (el) => {
      eye?.unobserve(el)
      held.delete(el)
    },
  }
  return { vSeen, stop: () => eye?.disconnect() }
}
