/** What of the last answers stays on a phone. Pure: no clock, no store. */

/** As long as the longest session: what is older is not shown. */
export const KEPT_MS = 12 * 3600_000
/** Pages of matters, the latest opened; and what owners would let one do with how many more. */
export const MOST_PAGES = 40
export const MOST_OFFERS = 200

export const pageName = (service: string, kind: string, id: string): string => `page|${service}|${kind}|${id}`

interface Named {
  name: string
  at: number
}

/** Names of what may go: too old, or beyond so many pages; a page goes with what its owner told of it. */
export function surplus(kept: readonly Named[], now: number): string[] {
  const out = new Set(kept.filter((k) => now - k.at >= KEPT_MS).map((k) => k.name))
  const beyond = (prefix: string, most: number): Named[] =>
    kept
      .filter((k) => k.name.startsWith(prefix) && !out.has(k.name))
      .sort((a, b) => b.at - a.at)
      .slice(most)
  for (const page of beyond('page|', MOST_PAGES)) out.add(page.name).add(page.name.replace('page|', 'detail|'))
  for (const offers of beyond('offers|', MOST_OFFERS)) out.add(offers.name)
  const known = new Set(kept.map((k) => k.name))
  return [...out].filter((name) => known.has(name))
}

interface Listed {
  service: string
  kind: string
  id: string
}
/** A matter out of the lists that were kept, the latest first; when that list was answered. */
export function listedIn<M extends Listed>(kept: readonly (Named & { value: unknown })[], wanted: Listed): { matter: M; at: number } | null {
  for (const k of [...kept].sort((a, b) => b.at - a.at)) {
    if (!k.name.startsWith('matters|')) continue
    const found = ((k.value as { items?: M[] } | null)?.items ?? []).find((m) => m.service === wanted.service && m.kind === wanted.kind && m.id === wanted.id)
    if (found) return { matter: found, at: k.at }
  }
  return null
}
