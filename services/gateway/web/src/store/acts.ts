/** When the person last did something, and what stands on the page because they did not. */
import { shallowRef } from 'vue'

/** Requests this long after the last act are the page's own, not the person's. */
const AT_WORK_MS = 30_000

/** Seconds left while the warning stands, and whether no act can put the end off; null otherwise. */
export const ending = shallowRef<{ seconds: number; final: boolean } | null>(null)
export const last = { act: Date.now(), onAct: () => {} }
/** Whether the person has done nothing for a while: what the page asks then is no activity. */
export const atRest = (): boolean => Date.now() - last.act > AT_WORK_MS

const act = (): void => {
  last.act = Date.now()
  last.onAct()
}
for (const kind of ['pointerdown', 'keydown', 'wheel']) window.addEventListener(kind, act, { capture: true, passive: true })
