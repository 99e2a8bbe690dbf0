/** Whether the line is there and what waits for it; the machinery behind loads on its own (offline/). */
import { ref } from 'vue'

/** The page runs on what this phone kept: the gateway does not answer. */
export const offline = ref(false)
/** Not sent yet, refused ones included. */
export const waitingCount = ref(0)
export const refusedCount = ref(0)
/** A newer page is there and comes with the next load. */
export const updated = ref(false)
const own = document.querySelector<HTMLMetaElement>('meta[name=build]')?.content
/** The gateway says which build of the page it serves by now. */
export function heardBuild(build: string | undefined): void {
  if (own && build && build !== own) updated.value = true
}

export interface Keeper {
  put: (name: string, value: unknown) => void
  get: (name: string) => Promise<unknown>
}
/** Where the last answers are kept; none until somebody is signed in. What is answered before it is there waits. */
export const keeper: { at: Keeper | null; early: Map<string, unknown> } = { at: null, early: new Map() }
export const keepAnswer = (name: string, value: unknown): void => (keeper.at ? keeper.at.put(name, value) : void keeper.early.set(name, value))
