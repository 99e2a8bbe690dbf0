/** The last answers of what a phone needs without a line. Never a token, never personal data in clear (what was read
 * unmasked is asked with POST and kept nowhere); bound to the account; gone with signing out. */
import type { Matter, Session } from '../api/types'
import { KEPT_MS, listedIn, surplus } from '../lib/keep'
import type { Keeper } from '../store/line'
import * as db from './db'

const LAST = 'shuniu.last'

interface Kept {
  account: string
  name: string
  at: number
  value: unknown
}
const fresh = async (account: string): Promise<Kept[]> => (await db.ofAccount<Kept>('kept', account)).filter((k) => Date.now() - k.at < KEPT_MS)

export const keeperOf = (account: string): Keeper => ({
  put: (name, value) =>
    void db
      .put('kept', { account, name, at: Date.now(), value } satisfies Kept)
      .then(() => (name.startsWith('page|') ? tidy(account) : undefined))
      .catch(() => undefined),
  get: async (name) => {
    const found = await db.get<Kept>('kept', [account, name]).catch(() => undefined)
    return found && Date.now() - found.at < KEPT_MS ? found : undefined
  },
  drop: (name) => void db.remove('kept', [account, name]).catch(() => undefined),
})

/** What is too old or too much goes. */
export async function tidy(account: string): Promise<void> {
  for (const name of surplus(await db.ofAccount<Kept>('kept', account), Date.now())) await db.remove('kept', [account, name])
}

/** A matter as the lists on this phone know it, for one whose page was never opened; and since when. */
export const listed = async (account: string, service: string, kind: string, id: string): Promise<{ matter: Matter; at: number } | null> =>
  listedIn<Matter>(await fresh(account), { service, kind, id })

/** Who was signed in here last and did not sign out; without the token that changes are sent with. */
export async function lastSession(): Promise<Session | null> {
  const account = localStorage.getItem(LAST)
  if (!account) return null
  const found = await keeperOf(account).get('session')
  return found ? ({ ...(found.value as Session), csrf: '' } as Session) : null
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
