/** What of a manifest's actions stands on a page of its own: those that act on no matter that must be opened first. */
import type { Action, Manifest } from '../api/types'

/** The chassis's and the gateway's own commands whose page lists what they act on: dead letters, messages, channels. */
const ELSEWHERE = /^chassis\.|^gateway\.(set_channels|set_preferences|test_channel|retry_deliveries|discard_deliveries)$/

/** Whether an action is begun on its own, not from the page of a matter and not by an owner's offer. */
export const standsAlone = (a: Action): boolean => !a.kind && !a.opens && !a.public && !ELSEWHERE.test(a.name)

/** Such actions that somebody with these roles may try, in the manifest's order; the owner has the last word. */
export function standing(manifest: Manifest | undefined, roles: readonly string[]): Action[] {
  return [...(manifest?.actions ?? [])]
    .filter((a) => standsAlone(a) && (!a.roles?.length || a.roles.some((r) => roles.includes(r))))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
}
