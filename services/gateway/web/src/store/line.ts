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
  get: (name: string) => Promise<{ at: number; value: unknown } | undefined>
  drop: (name: string) => void
}
/** Where the last answers are kept; none until somebody is signed in. What is answered before it is there waits. */
export const keeper: { at: Keeper | null; early: Map<string, unknown> } = { at: null, early: new Map() }
const handedOut = new WeakMap<object, number>()
/** When an answer was given that this phone kept and has handed out again (ms since 1970); 0 for one of now. */
export const keptSince = (answer: unknown): number => (answer ? handedOut.get(answer as object) : 0) ?? 0
/** The last answer kept under a name, undefined where there is none. */
export async function keptAnswer<T>(name: string): Promise<T | undefined> {
  const kept = await keeper.at?.get(name)
  if (kept?.value) handedOut.set(kept.value as object, kept.at)
  return kept?.value as T | undefined
}
export const keepAnswer = (name: string, value: unknown): void => (keeper.at ? keeper.at.put(name, value) : void keeper.early.set(name, value))
