import { computed, shallowRef } from 'vue'
import { api, Problem, setCsrf } from '../api/client'
import type { Session } from '../api/types'
import { keeper, offline } from './line'
import { releaseLive, startLive, stopLive } from './live'
import { remember as keep, remembered } from './prefs'
import { loadWorld } from './world'

export const session = shallowRef<Session | null>(null)
export const ended = shallowRef(false)
export const signedIn = computed(() => session.value !== null)

/** How far a sign-in has come: a new password or a second factor may be wanted before anything is answered. */
export type Stage = 'in' | 'change' | 'enrol'
const stageOf = (s: Session): Stage => (s.account.must_change ? 'change' : s.account.must_enrol ? 'enrol' : 'in')

function take(fresh: Session): void {
  session.value = fresh
  ended.value = false
  setCsrf(fresh.csrf)
  // Without a line there is nobody to ask when the session ends.
  if (!offline.value) void import('./keeper').then((k) => session.value === fresh && k.keep(fresh, stillSignedIn), () => undefined)
}

/** Stream first, then what it applies to; see store/live. */
async function enter(): Promise<void> {
  startLive(stillThere)
  // What keeps the last answers and sends what waits comes on its own; the page does not wait for it long.
  const line = import('../offline').then((m) => m.start(stillThere)).catch(() => undefined)
  if (offline.value) await line
  try {
    await loadWorld()
  } catch (error) {
    over() // nothing can be shown, and what the stream brings is not piled up; the sign-in page tries again
    throw error
  }
  releaseLive()
}

/** `quiet`: the page asks by itself, which is no activity. */
async function stillSignedIn(quiet: boolean): Promise<boolean> {
  try {
    const fresh = await api.session(quiet)
    // Somebody else has signed in here in another tab meanwhile: nothing of this page is theirs.
    if (session.value && session.value.account.id !== fresh.account.id) window.location.reload()
    if (stageOf(fresh) !== 'in') {
      signedOut()
      return false
    }
    offline.value = false
    take(fresh)
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 401) signedOut()
    return false
  }
}

/** A session from an earlier visit, if there is one. Raises Problem when the gateway does not answer. */
export async function resume(): Promise<boolean> {
  if (session.value) return true
  try {
    const fresh = await api.session(false)
    if (remembered('out')) {
      setCsrf(fresh.csrf)
      await api.signOut()
      keep('out', '')
      return false
    }
    if (stageOf(fresh) !== 'in') return false // nothing is answered until the sign-in is complete
    take(fresh)
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return false
    const kept = error instanceof Problem && error.lost ? await import('../offline/kept').then((m) => m.lastSession()).catch(() => null) : null
    if (!kept) throw error
    offline.value = true
    take(kept)
  }
  await enter()
  return true
}

async function next(fresh: Session): Promise<Stage> {
  const stage = stageOf(fresh)
  keep('out', '')
  setCsrf(fresh.csrf)
  keeper.early.clear()
  if (stage === 'in') {
    take(fresh)
    await enter()
  }
  return stage
}

/** For what asks by itself: the stream, what waits for the line. */
const stillThere = (): Promise<boolean> => stillSignedIn(true)

/** After a step of the sign-in: what is wanted now. */
export const proceed = async (): Promise<Stage> => next(await api.session(false))

export const signIn = async (account: string, password: string, code = ''): Promise<Stage> => next(await api.signIn(account, password, code))

/** After a change of one's own account: the session as it is now. */
export async function refresh(): Promise<void> {
  await stillSignedIn(false)
}

function over(): void {
  session.value = null
  offline.value = false
  setCsrf('')
  stopLive()
  void import('./keeper').then((k) => session.value || k.letGo(), () => undefined)
}

export async function signOut(): Promise<void> {
  const account = session.value?.account.id ?? ''
  try {
    await api.signOut()
  } catch {
    keep('out', '1') // without a line: said to the gateway before anybody comes in again
  } finally {
    void import('../offline').then((m) => m.stop(account)).catch(() => undefined)
    ended.value = false
    over()
  }
}

/** The gateway said 401: the session is over. */
export function signedOut(): void {
  if (!session.value) return
  ended.value = true
  over()
}
