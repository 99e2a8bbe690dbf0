/** What waits on this phone to be sent: which is next, and what an answer makes of it. Pure: no clock, no network. */
import type { BlobRef, Text } from '../api/types'

export type WaitingState = 'waiting' | 'refused' | 'sent'

/** A command as it was filled in, under the key it is sent with until it is answered. */
export interface Waiting {
  id: string
  /** Whose it is: nobody else on this phone sees or sends it. */
  account: string
  service: string
  action: string
  title: Text
  subtitle: string
  body: Record<string, unknown>
  key: string
  /** The matter it acts on, '' for what opens one; what acts on one matter keeps its order. */
  lane: string
  at: number
  state: WaitingState
  tries: number
  /** Not tried again before (ms since 1970). */
  notBefore: number
  /** What the owner said: the number of the matter, or why not. */
  said: string
  errors: { field: string; message: string }[]
  matter: { kind: string; id: string; number: string } | null
  settledAt: number
}

export type Outcome = 'sent' | 'refused' | 'later' | 'stop'

/** What an HTTP status means for a command with a key. 0: no answer came, so it may have been carried out; the same key
 * asks again safely. Refused is only what an owner has looked at and said no to. */
export function outcomeOf(status: number, rule = ''): Outcome {
  if (status >= 200 && status < 300) return 'sent'
  if (status === 401 || rule === 'gateway.csrf' || rule === 'gateway.must_change') return 'stop'
  if (status === 0 || status === 408 || status === 425 || status === 429 || status >= 500) return 'later'
  return 'refused'
}

export const FIRST_WAIT_MS = 3_000
export const LONGEST_WAIT_MS = 120_000
export const waitAfter = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1))

const byAge = (a: Waiting, b: Waiting): number => a.at - b.at || (a.id < b.id ? -1 : 1)

/** The oldest that may go now. What acts on a matter waits until everything before it on that matter is settled: also
 * behind a refused one, which its author first mends or gives up. */
export function nextOf(items: readonly Waiting[], account: string, now: number): Waiting | null {
  const held = new Set<string>()
  for (const item of [...items].sort(byAge)) {
    if (item.account !== account || item.state === 'sent') continue
    if (item.state === 'waiting' && item.notBefore <= now && !held.has(item.lane)) return item
    if (item.lane) held.add(item.lane)
  }
  return null
}

/** When the next one may go; null when nothing waits but for its author. */
export function wakeAt(items: readonly Waiting[], account: string): number | null {
  const held = new Set<string>()
  let best: number | null = null
  for (const item of [...items].sort(byAge)) {
    if (item.account !== account || item.state === 'sent') continue
    if (item.state === 'waiting' && !held.has(item.lane)) best = best === null ? item.notBefore : Math.min(best, item.notBefore)
    if (item.lane) held.add(item.lane)
  }
  return best
}

/** Why one does not go although the line is there: something before it on the same matter is not settled. */
export const heldBack = (items: readonly Waiting[], item: Waiting): boolean =>
  item.state === 'waiting' && item.lane !== '' && items.some((x) => x.id !== item.id && x.account === item.account && x.lane === item.lane && x.state === 'refused' && byAge(x, item) < 0)

/** Where a new one stands in the order: last, or in the place of the refused one that it mends, before what waited behind that. */
export const standsAt = (items: readonly Waiting[], mends: string | undefined, now: number): number => items.find((x) => x.id === mends)?.at ?? now

export const tried = (item: Waiting, now: number): Waiting => ({ ...item, tries: item.tries + 1, notBefore: now + waitAfter(item.tries + 1) })

const BLOB = /^[0-9a-f]{64}$/
const isRef = (x: unknown): x is BlobRef => typeof x === 'object' && x !== null && BLOB.test(String((x as BlobRef).sha256 ?? '')) && 'size' in x

/** Every file a body refers to, wherever it stands. */
export function refsIn(body: unknown): BlobRef[] {
  const out = new Map<string, BlobRef>()
  const walk = (x: unknown): void => {
    if (isRef(x)) out.set(x.sha256, x)
    else if (Array.isArray(x)) x.forEach(walk)
    else if (x && typeof x === 'object') Object.values(x).forEach(walk)
  }
  walk(body)
  return [...out.values()]
}

/** Files that may go once `gone` has been settled or given up: those no other item refers to. */
export function unreferenced(items: readonly Waiting[], gone: Waiting): string[] {
  const needed = new Set(items.filter((x) => x.id !== gone.id && x.account === gone.account && x.service === gone.service && x.state !== 'sent').flatMap((x) => refsIn(x.body).map((r) => r.sha256)))
  return refsIn(gone.body)
    .map((r) => r.sha256)
    .filter((sha) => !needed.has(sha))
}

/** Media type by the first bytes, as the server finds it; '' for what it does not take. */
export function mediaOf(head: Uint8Array): string {
  const at = (i: number, ...bytes: number[]) => bytes.every((b, n) => head[i + n] === b)
  if (at(0, 0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (at(0, 0x89, 0x50, 0x4e, 0x47)) return 'image/png'
  if (at(0, 0x52, 0x49, 0x46, 0x46) && at(8, 0x57, 0x45, 0x42, 0x50)) return 'image/webp'
  if (at(0, 0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (at(4, 0x66, 0x74, 0x79, 0x70)) return 'video/mp4'
  return ''
}
