/** Offers that leave nothing to be filled in are given with one tap. */
import { api, Problem } from '../api/client'
import type { Action, Offer, Text } from '../api/types'
import { bodyOf, fieldsOf, startValues } from './schema'
import { uuid } from './sha256'

/** What an offer says that leaves nothing open, or null when it must be asked for. */
export function readyBody(action: Action | undefined, offer: Offer): Record<string, unknown> | null {
  if (!action || offer.note || action.preview) return null
  const fixed = new Set(offer.fixed ?? [])
  const fields = fieldsOf(action.schema)
  const open = fields.some((f) => f.widget !== 'hidden' && f.name !== action.matter_field && !fixed.has(f.name))
  return open ? null : bodyOf(fields, startValues(fields, offer.prefill))
}

/** One key for one matter as it stands: a second tap is the same command. */
const keys = new Map<string, string>()

export type Given = { done: 'given' | 'kept' } | { done: 'unanswered' } | { done: 'refused'; words: string }

/** Gives it; without a line it is kept on this phone. `of` names the matter as it stands. */
export async function give(service: string, offer: Offer, body: Record<string, unknown>, of: string, about: string): Promise<Given> {
  const key = keys.get(of) ?? uuid()
  keys.set(of, key)
  try {
    await api.act(service, offer.action, body, key)
    return { done: 'given' }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (!error.lost) return error.status >= 502 ? { done: 'unanswered' } : { done: 'refused', words: error.message }
    const filled = { service, action: offer.action, title: offer.title as Text, subtitle: about, body, key }
    return import('../offline/outbox').then((m) => m.put(filled)).then((): Given => ({ done: 'kept' }), (): Given => ({ done: 'unanswered' }))
  }
}
