/** Figures as people read them. */

export const percent = (value: number, digits = 1): string => (value * 100).toFixed(digits)

export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const rounded = Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value) : Math.round(value * 10) / 10
  return rounded.toLocaleString('en-US')
}

/** How a declared rate is read and judged. Values and target are plain quotients, `band` is as it is read. */
export interface Reading {
  /** 100: so many per cent; 1000: of each thousand; 1: a mean. */
  per?: number
  better?: 'up' | 'down' | 'band' | 'none'
  target?: number | null
  band?: readonly [number, number] | readonly number[] | null
}

export const rateSign = (per = 100): string => (per === 100 ? '%' : per === 1000 ? '‰' : '')

/** `96.4` of 0.964 in per cent, `3.2` in per thousand, `1.25` as a mean. */
export function rateFigure(value: number, per = 100, digits = per === 1 ? 2 : 1): string {
  if (!Number.isFinite(value)) return '–'
  const read = value * per
  return per === 1 ? String(Number(read.toFixed(digits))) : read.toFixed(digits)
}
export const rateText = (value: number, per = 100, digits?: number): string => `${rateFigure(value, per, digits)}${rateSign(per)}`

export type Verdict = 'good' | 'missed' | 'low' | 'high' | ''

/** What a value is worth: against its band, where it has one, else against its target. '' where nothing is expected. */
export function judge(value: number | null | undefined, r: Reading): Verdict {
  if (value === null || value === undefined) return ''
  if (r.better === 'band' && r.band) {
    const read = value * (r.per ?? 100)
    return read < r.band[0]! ? 'low' : read > r.band[1]! ? 'high' : 'good'
  }
  if (r.target === null || r.target === undefined) return ''
  if (r.better === 'down') return value > r.target ? 'missed' : 'good'
  return r.better === 'up' || r.better === undefined ? (value < r.target ? 'missed' : 'good') : ''
}

/** How far a value lies outside its band, as it is read; 0 inside. */
export function offBand(value: number, r: Reading): number {
  if (!r.band) return 0
  const read = value * (r.per ?? 100)
  return Math.max(r.band[0]! - read, read - r.band[1]!, 0)
}

/** What a reader is to aim at: `90.0%`, or `2–8‰` for a band. */
export function goalText(r: Reading): string {
  const per = r.per ?? 100
  if (r.better === 'band' && r.band) return `${Number(r.band[0])}–${Number(r.band[1])}${rateSign(per)}`
  return r.target === null || r.target === undefined ? '' : rateText(r.target, per)
}

/** Best first: down is the smallest, a band the nearest to it, else the largest. */
export function byWorth(r: Reading): (a: number, b: number) => number {
  if (r.better === 'down') return (a, b) => a - b
  if (r.better === 'band' && r.band) return (a, b) => offBand(a, r) - offBand(b, r) || b - a
  return (a, b) => b - a
}

/** Points of a small line in a box, as an SVG path; nulls leave gaps. */
export function linePath(values: readonly (number | null)[], width: number, height: number, low: number, high: number): string {
  const span = high - low || 1
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let path = ''
  let pen = false
  values.forEach((v, i) => {
    if (v === null || v === undefined) {
      pen = false
      return
    }
    const x = (i * step).toFixed(1)
    const y = (height - ((v - low) / span) * height).toFixed(1)
    path += `${pen ? 'L' : 'M'}${x} ${y}`
    pen = true
  })
  return path
}

/** A round number at or above the largest value, for an axis of about four lines. */
export function niceTop(max: number): { top: number; step: number } {
  if (max <= 4) return { top: 4, step: 1 }
  const raw = max / 4
  const magnitude = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((m) => m * magnitude).find((s) => s >= raw && Number.isInteger(s)) ?? Math.ceil(raw)
  return { top: Math.ceil(max / step) * step, step }
}
