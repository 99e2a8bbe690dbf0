/** The domain clock: the gateway's time, which in a demonstration may run off real time and at another pace. */
import { shallowRef } from 'vue'

let asOf = Date.now()
let heardAt = Date.now()
let rate = 1

/** Domain time in milliseconds, ticking once a second; only what is on screen reads it. */
export const now = shallowRef(Date.now())

export const domainNow = (real = Date.now()): number => asOf + (real - heardAt) * rate

/** Sets the clock after an answer. Small differences are network delay and are left alone, so figures do not jitter.
 * `since`: when that answer was given, where it is one that was kept: the clock went on meanwhile. */
export function setClock(iso: string, pace: number | null = null, since = 0): void {
  const real = Date.now()
  const at = Date.parse(iso) + (since ? (real - since) * (pace ?? rate) : 0)
  if (Number.isNaN(at)) return
  const tolerance = 1500 * Math.max(1, rate)
  const changed = pace !== null && pace !== rate
  if (!changed && Math.abs(domainNow(real) - at) < tolerance) return
  asOf = at
  heardAt = real
  if (pace !== null) rate = pace
  now.value = domainNow(real)
}

let timer: number | undefined
export function runClock(): void {
  timer ??= window.setInterval(() => {
    now.value = domainNow()
  }, 1000)
}
