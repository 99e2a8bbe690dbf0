import { describe, expect, it } from 'vitest'
import css from '../src/styles/tokens.css?raw'

/** WCAG 2.2: text 4.5:1, control edges 3:1, for both themes, on every ground the components use. */
function tokensOf(selector: RegExp): Record<string, string> {
  const block = css.match(selector)
  if (!block) throw new Error('no such block')
  return Object.fromEntries([...block[1]!.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/gi)].map((m) => [m[1]!, m[2]!]))
}
const light = tokensOf(/:root \{([^}]*)\}/)
const dark = { ...light, ...tokensOf(/:root\[data-mode='wall'\] \{([^}]*--bg[^}]*)\}/) }

const channel = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
function luminance(hex: string): number {
  const n = Number.parseInt(hex.slice(1), 16)
  return 0.2126 * channel(((n >> 16) & 255) / 255) + 0.7152 * channel(((n >> 8) & 255) / 255) + 0.0722 * channel((n & 255) / 255)
}
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

const TEXT: [string, string[]][] = [
  ['text', ['bg', 'surface', 'surface-2', 'surface-3', 'accent-weak']],
  ['text-2', ['bg', 'surface', 'surface-2', 'surface-3', 'accent-weak']],
  ['text-3', ['surface', 'surface-2']],
  ['accent', ['surface', 'surface-2']],
  ['accent-2', ['surface', 'accent-weak', 'surface-2']],
  ['on-accent', ['accent', 'accent-2']],
  ['red', ['surface', 'surface-2', 'red-weak', 'accent-weak']],
  ['yellow', ['surface', 'surface-2', 'yellow-weak', 'accent-weak']],
  ['green', ['surface', 'surface-2', 'green-weak']],
  ['map-label', ['map-halo']],
]
const EDGES: [string, string[]][] = [
  ['line-strong', ['surface', 'surface-2']],
  ['accent', ['bg', 'surface', 'accent-weak']],
  ['red-fill', ['surface', 'map-halo']],
  ['chart-1', ['surface']],
]

describe.each([['light', light], ['dark', dark]])('%s', (_, tokens) => {
  it.each(TEXT.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground])))('%s on %s is readable', (ink, ground) => {
    expect(contrast(tokens[ink!]!, tokens[ground!]!)).toBeGreaterThanOrEqual(4.5)
  })
  it.each(EDGES.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground])))('%s on %s is seen', (ink, ground) => {
    expect(contrast(tokens[ink!]!, tokens[ground!]!)).toBeGreaterThanOrEqual(3)
  })
})
