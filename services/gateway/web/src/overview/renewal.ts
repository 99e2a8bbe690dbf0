/** A wall takes a new build of the page by itself: nobody would press reload. */
import { onBeforeUnmount, onMounted, type Ref } from 'vue'
import { atRest } from '../store/acts'
import { updated } from '../store/line'
import { liveState } from '../store/live'

const LOOK_MS = 5_000
/** A proxy that still gives the old page is not asked in a circle. */
export const AGAIN_MS = 10 * 60_000
const KEY = 'shuniu.renewed'

/** Loads the page anew once there is a newer one, its gateway answers, and nobody has touched the wall for a while. */
export function useRenewal(wall: Ref<boolean>, reload = () => window.location.reload()): void {
  function look(): void {
    if (!wall.value || !updated.value || liveState.value !== 'live' || !atRest() || document.querySelector('dialog[open]')) return
    const last = Number(sessionStorage.getItem(KEY) ?? 0)
    if (last && Math.abs(Date.now() - last) < AGAIN_MS) return
    sessionStorage.setItem(KEY, String(Date.now()))
    reload()
  }
  let timer: number | undefined
  onMounted(() => (timer = window.setInterval(look, LOOK_MS)))
  onBeforeUnmount(() => window.clearInterval(timer))
}
