/** A plain answer as what people read: label and value, structures inside laid flat. Pure. */
import type { Text } from '../api/types'

export interface Line {
  /** '' where the value says it all. */
  label: string
  value: string
}
export interface Saying {
  text: (x: Text) => string
  /** What its owner calls a field; '' where it has no word for it. */
  name: (key: string) => string
  /** What a value of a closed list is called; the value itself where it has no word. */
  said: (key: string, value: string) => string
  time: (iso: string) => string
  yes: (is: boolean) => string
  /** Between several of them. */
  list: string
}
/** Where a command stands in a log is the machine's business. */
const MACHINE = new Set(['source', 'epoch', 'position', 'geometry', 'kind', 'as_of'])
const HASH = /^[0-9a-f]{64}$|^[0-9a-f]{8}-[0-9a-f]{4}-/
const TIME = /^\d{4}-\d\d-\d\dT/
const WORDS = /[\u3400-\u9fff]|\S\s+\S/
const DEEPEST = 4

const isText = (x: unknown): x is Text => typeof x === 'object' && x !== null && typeof (x as { zh?: unknown }).zh === 'string' && 'en' in x

/** A step of something: its title, and when. */
function step(x: object, s: Saying): Line | null {
  const { title, ...rest } = x as Record<string, unknown>
  const left = Object.values(rest).filter((v) => v !== null && v !== '')
  const at = left[0]
  return isText(title) && left.length === 1 && typeof at === 'string' && TIME.test(at) ? { label: s.time(at), value: s.text(title) } : null
}

export function linesOf(value: unknown, s: Saying, depth = 0): Line[] {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return []
  const out: Line[] = []
  const plain = (key: string, v: string | number | boolean): void => {
    const label = s.name(key)
    const said = s.said(key, String(v))
    // What its owner has no word for is for machines, unless it is words itself.
    if (!label && (typeof v !== 'string' || !WORDS.test(said))) return
    out.push({ label, value: typeof v === 'boolean' ? s.yes(v) : TIME.test(said) ? s.time(said) : said })
  }
  for (const [key, v] of Object.entries(value)) {
    if (MACHINE.has(key) || v === null || v === undefined || v === '' || (typeof v === 'string' && HASH.test(v))) continue
    if (isText(v)) out.push({ label: s.name(key), value: s.text(v) })
    else if (Array.isArray(v)) {
      const words = v.filter((x) => typeof x !== 'object').map((x) => s.said(key, String(x)))
      if (words.length && (s.name(key) || words.some((x) => WORDS.test(x)))) out.push({ label: s.name(key), value: words.join(s.list) })
      for (const x of v)
        if (isText(x)) out.push({ label: s.name(key), value: s.text(x) })
        else if (typeof x === 'object' && x !== null) {
          const one = step(x, s)
          out.push(...(one ? [one] : linesOf(x, s, depth + 1)))
        }
    } else if (typeof v === 'object') out.push(...linesOf(v, s, depth + 1))
    else plain(key, v as string | number | boolean)
  }
  return out
}

/** Lines with a label stand in one list, what says it all by itself between them. */
export function blocksOf(lines: readonly Line[]): Line[][] {
  const out: Line[][] = []
  for (const line of lines) {
    const last = out[out.length - 1]
    if (last && Boolean(last[0]!.label) === Boolean(line.label)) last.push(line)
    else out.push([line])
  }
  return out
}
