/** What the stream's messages do to what the page holds. Pure: no clock, no Vue, no network. */
import type { Matter, ServiceState, Step, StreamMessage } from '../api/types'

export const TICKER = 60

export interface Held {
  /** Latest version of every matter the page has met, by {@link keyOf}. */
  matters: Map<string, Matter>
  /** Newest first, at most {@link TICKER}. */
  steps: Step[]
  services: Map<string, ServiceState>
}

export interface Changes {
  matters: Matter[]
  /** Keys ({@link keyOf}) of matters this viewer may not read any more. */
  gone: string[]
  steps: Step[]
  services: boolean
  /** A service was updated or came for the first time: its manifest must be fetched. */
  manifests: boolean
  registry: boolean
  geometry: boolean
  reset: boolean
  clock: { as_of: string; rate: number | null } | null
  feed: string
}

export const keyOf = (m: { source: string; kind: string; id: string }): string => `${m.source}|${m.kind}|${m.id}`

/** Takes a matter unless a newer version is held. Answers whether it was taken. What was heard of last stands last. */
export function upsert(held: Map<string, Matter>, matter: Matter): boolean {
  const key = keyOf(matter)
  const old = held.get(key)
  if (old && old.version > matter.version) return false
  held.delete(key)
  held.set(key, matter)
  return !old || old.version !== matter.version || old.incomplete !== matter.incomplete
}

/** Forgets a fifth where more than `most` are held: closed ones first, of either sort those not heard of for longest. */
export function bound(held: Map<string, Matter>, most: number): void {
  if (held.size <= most) return
  for (const any of [false, true])
    for (const [key, matter] of held) {
      if (held.size <= most * 0.8) return
      if (any || !matter.open) held.delete(key)
    }
}

/** Applies messages in their order. Within one batch only the last version of a matter is reported. */
export function applyBatch(held: Held, messages: readonly StreamMessage[]): Changes {
  const changed = new Map<string, Matter>()
  const fresh: Step[] = []
  const out: Changes = {
    matters: [],
    gone: [],
    steps: [],
    services: false,
    manifests: false,
    registry: false,
    geometry: false,
    reset: false,
    clock: null,
    feed: '',
  }
  const known = new Set(held.steps.map((s) => s.id))
  for (const message of messages) {
    if (message.feed) out.feed = message.feed
    switch (message.event) {
      case 'matter':
        if (upsert(held.matters, message.data)) changed.set(keyOf(message.data), message.data)
        break
      case 'step':
        if (!known.has(message.data.id)) {
          known.add(message.data.id)
          fresh.push(message.data)
        }
        break
      case 'gone': {
        // Somebody else's from now on: nothing of it stays on the page.
        const key = keyOf(message.data)
        held.matters.delete(key)
        changed.delete(key)
        held.steps = held.steps.filter((s) => keyOf({ ...s.matter, source: s.source }) !== key)
        out.gone.push(key)
        break
      }
      case 'service': {
        const old = held.services.get(message.data.source)
        held.services.set(message.data.source, message.data)
        out.services = true
        if (!old || (old.manifest_hash ?? '') !== (message.data.manifest_hash ?? '') || old.version !== message.data.version)
          out.manifests = true
        break
      }
      case 'registry':
        out.registry = true
        out.geometry ||= message.data.geometry
        break
      case 'clock':
        out.clock = { as_of: message.data.as_of, rate: message.data.rate }
        break
      case 'tick':
        out.clock = { as_of: message.data.as_of, rate: out.clock?.rate ?? null }
        break
      case 'reset':
        // Everything held may be old: forget it; what comes after is applied to the fresh snapshot.
        held.matters.clear()
        held.steps = []
        known.clear()
        changed.clear()
        fresh.length = 0
        out.reset = true
        out.clock = { as_of: message.data.as_of, rate: out.clock?.rate ?? null }
        break
    }
  }
  if (fresh.length) held.steps = fresh.reverse().concat(held.steps).slice(0, TICKER)
  out.matters = [...changed.values()]
  out.steps = fresh
  return out
}
