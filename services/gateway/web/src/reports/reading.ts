/** How figures of an evaluation are read, compared and put in order. Pure. */
import type { RankLine, RateSide } from '../api/types'
import { byWorth, figure, judge, rateFigure, rateText, type Reading } from '../lib/figures'

/** What stands where nothing was counted; never 0 %. */
export const NOTHING = '—'

export const sideText = (side: RateSide | null | undefined, r: Reading): string => (side?.value === null || side?.value === undefined ? NOTHING : rateText(side.value, r.per))
export const numbersText = (side: RateSide | null | undefined): string => (side ? `${figure(side.numerator)} / ${figure(side.denominator)}` : NOTHING)

export interface Change {
  text: string
  /** '' where nothing is expected of the rate or it did not move. */
  verdict: '' | 'better' | 'worse'
  up: boolean
}

/** How a rate moved between two periods; null where either had nothing to count. */
export function changeOf(now: RateSide, base: RateSide | null | undefined, r: Reading): Change | null {
  if (now.value === null || base?.value === null || base?.value === undefined) return null
  const moved = now.value - base.value
  const text = rateFigure(Math.abs(moved), r.per)
  if (Number(text) === 0) return { text: rateFigure(0, r.per), verdict: '', up: false }
  const per = r.per ?? 100
  const better = r.better ?? 'up'
  const verdict = better === 'none' ? '' : byWorth(r)(now.value, base.value) < 0 ? 'better' : 'worse'
  return { text: `${moved > 0 ? '+' : '−'}${text}${per === 100 ? ' pp' : ''}`, verdict, up: moved > 0 }
}

export const missed = (value: number | null, r: Reading): boolean => ['missed', 'low', 'high'].includes(judge(value, r))

export interface Ranked {
  line: RankLine
  /** From one; equal values share a rank; null where nothing was counted. */
  rank: number | null
}

/** The best first; what has nothing to count comes last and has no rank. */
export function ranked(lines: readonly RankLine[], r: Reading): Ranked[] {
  const order = byWorth(r)
  const with_ = lines.filter((l) => l.now.value !== null).sort((a, b) => order(a.now.value!, b.now.value!) || b.now.denominator - a.now.denominator || a.key.localeCompare(b.key))
  const out: Ranked[] = []
  with_.forEach((line, i) => {
    const before = out[i - 1]
    out.push({ line, rank: before && before.line.now.value === line.now.value ? before.rank : i + 1 })
  })
  return [...out, ...lines.filter((l) => l.now.value === null).map((line) => ({ line, rank: null }))]
}
