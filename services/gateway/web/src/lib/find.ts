/** Finding an area by what people write: its name, its number, or an address its name stands in. Pure; no geocoder. */
import type { Text } from '../api/types'

export interface Findable {
  code: string
  level: string
  title: Text
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[\s,，、.。·\-—（）()]+/g, '')

/** What the names of a level all end with says nothing of one of them ("… Community"). */
function endings(areas: readonly Findable[], of: (a: Findable) => string): Map<string, string> {
  const out = new Map<string, string>()
  for (const level of new Set(areas.map((a) => a.level))) {
    const names = areas.filter((a) => a.level === level).map(of)
    let end = names.length > 2 ? names[0]! : ''
    for (const name of names) while (end && !name.endsWith(end)) end = end.slice(1)
    out.set(level, end)
  }
  return out
}
const inOrder = (wanted: string, name: string): boolean => {
  let at = 0
  for (const c of name) if (c === wanted[at]) at++
  return at === wanted.length
}

/** The areas that fit, the best first: a name begins with the words, holds them all, has their letters in order (its
 * number left short), or stands in them. */
export function findAreas<A extends Findable>(areas: readonly A[], words: string, most = 8): A[] {
  const asked = words.split(/[\s,，、]+/).map(plain).filter(Boolean)
  const whole = asked.join('')
  if (whole.length < 2) return []
  const sides = (['zh', 'en'] as const).map((lang) => ({ of: (a: Findable) => plain(a.title[lang] ?? ''), end: endings(areas, (a) => plain(a.title[lang] ?? '')) }))
  const rank = (a: A): number => {
    let best = Infinity
    for (const { of, end } of sides) {
      const name = of(a)
      const stem = name.slice(0, name.length - (end.get(a.level) ?? '').length)
      if (!name) continue
      if (name === whole || stem === whole) best = Math.min(best, 0)
      else if (name.startsWith(whole)) best = Math.min(best, 1)
      else if (asked.every((x) => name.includes(x))) best = Math.min(best, 2)
      else if (name[0] === whole[0] && name[1] === whole[1] && inOrder(whole, name)) best = Math.min(best, 3)
      // Of the names within an address the smallest area's says most, then the longest.
      else if (stem.length > 1 && whole.includes(stem)) best = Math.min(best, 5 - a.code.length / 100 - stem.length / 10_000)
    }
    if (/^\d{6,}$/.test(whole) && a.code.startsWith(whole)) best = Math.min(best, a.code === whole ? 0 : 1)
    return best
  }
  return areas
    .map((a) => ({ a, n: rank(a) }))
    .filter((x) => x.n < Infinity)
    .sort((x, y) => x.n - y.n || x.a.code.length - y.a.code.length || (x.a.code < y.a.code ? -1 : 1))
    .slice(0, most)
    .map((x) => x.a)
}
