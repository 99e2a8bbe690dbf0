/** The last answers of what a phone needs without a line. Never a token; bound to the account; gone with signing out. */
import type { Session } from '../api/types'
import type { Keeper } from '../store/line'
import * as db from './db'

/** As long as the longest session: what is older is not shown. */
export const KEPT_MS = 12 * 3600_000
const LAST = 'shuniu.last'

interface Kept {
  account: string
  name: string
  at: number
  value: unknown
}

export const keeperOf = (account: string): Keeper => ({
  put: (name, value) => void db.put('kept', { account, name, at: Date.now(), value } satisfies Kept).catch(() => undefined),
  get: async (name) => {
    const found = await db.get<Kept>('kept', [account, name]).catch(() => undefined)
    return found && Date.now() - found.at < KEPT_MS ? found.value : undefined
  },
})

/** Who was signed in here last and did not sign out; without the token that changes are sent with. */
export async function lastSession(): Promise<Session | null> {
  const account = localStorage.getItem(LAST)
  if (!account) return null
  const found = await keeperOf(account).get('session')
  return found ? ({ ...(found as Session), csrf: '' } as Session) : null
}

export async function keepSession(session: Session): Promise<void> {
  localStorage.setItem(LAST, session.account.id)
  keeperOf(session.account.id).put('session', { ...session, csrf: '' })
  // Whoever was here before: their last answers go, what they have not sent stays for them.
  await db.clear('kept', session.account.id, 'others')
}

/** Signed out on purpose: nothing of the last answers stays. */
export async function forget(account: string): Promise<void> {
  localStorage.removeItem(LAST)
  await db.clear('kept', account, 'own')
}
