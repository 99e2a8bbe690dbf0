/** Acting on several matters: what may be done with all of them, and one command for each. Pure but for `run`. */
import type { DoAnswer, Offer } from '../api/types'

export interface RowOffers {
  key: string
  offers: readonly Offer[]
}

export interface CommonOffer {
  /** What one form asks for all of them: what they have in common is filled in already. */
  offer: Offer
  /** Fields whose value each row brings itself. */
  own: string[]
  rows: Map<string, Offer>
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** The actions every row offers, each exactly once: with two of the same a row would not say which is meant. */
export function commonOffers(rows: readonly RowOffers[], matterField: (o: Offer) => string): CommonOffer[] {
  const [first, ...rest] = rows
  if (!first) return []
  const idOf = (o: Offer) => `${o.service}|${o.action}`
  const once = (row: RowOffers, id: string): Offer | null => {
    const found = row.offers.filter((o) => idOf(o) === id)
    return found.length === 1 ? found[0]! : null
  }
  const out: CommonOffer[] = []
  for (const offer of first.offers) {
    const id = idOf(offer)
    const each = [first, ...rest].map((row) => [row.key, once(row, id)] as const)
    if (each.some(([, o]) => !o)) continue
    const found = each as (readonly [string, Offer])[]
    const names = new Set(found.flatMap(([, o]) => Object.keys(o.prefill ?? {})))
    const own = [...names].filter((n) => n === matterField(offer) || found.some(([, o]) => !same(o.prefill?.[n], offer.prefill?.[n])))
    const prefill = Object.fromEntries(Object.entries(offer.prefill ?? {}).filter(([n]) => !own.includes(n)))
    const fixed = (offer.fixed ?? []).filter((n) => !own.includes(n) && found.every(([, o]) => o.fixed?.includes(n)))
    out.push({ offer: { ...offer, prefill, fixed, note: null }, own, rows: new Map(found) })
  }
  return out.sort((a, b) => (a.offer.order ?? 0) - (b.offer.order ?? 0))
}

/** What is sent for one row: what was filled in for all, and what is the row's own. */
export function bodyFor(common: CommonOffer, key: string, filled: Record<string, unknown>): Record<string, unknown> {
  const prefill = (common.rows.get(key)?.prefill ?? {}) as Record<string, unknown>
  const body = { ...filled }
  for (const name of common.own) if (name in prefill) body[name] = prefill[name]
  return body
}

export type State = 'waiting' | 'done' | 'refused' | 'lost'
export interface Outcome {
  key: string
  /** Idempotency key, kept over retries. */
  command: string
  state: State
  text: string
}

/** Commands one by one, a few at a time; each outcome is told as it comes. What was answered is not sent again. */
export async function run(
  outcomes: readonly Outcome[],
  send: (key: string, command: string) => Promise<DoAnswer>,
  read: (error: unknown) => { state: 'refused' | 'lost'; text: string },
  told: (outcome: Outcome) => void,
  atOnce = 4,
): Promise<void> {
  const left = outcomes.filter((o) => o.state === 'waiting' || o.state === 'lost')
  let next = 0
  async function worker(): Promise<void> {
    while (next < left.length) {
      const outcome = left[next++]!
      try {
        await send(outcome.key, outcome.command)
        told({ ...outcome, state: 'done', text: '' })
      } catch (error) {
        told({ ...outcome, ...read(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, worker))
}
