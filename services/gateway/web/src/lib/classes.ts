/** Five colour classes for the areas of a map, from the values themselves; no domain's thresholds stand here. */

export interface Classes {
  /** Lower bounds of classes 1..4 (or upper bounds when `reverse`). */
  cuts: number[]
  reverse: boolean
  integer: boolean
}

/** Classes for counts: 0 alone, then quantiles, the worst class about the top twentieth. */
export function countClasses(values: readonly number[]): Classes {
  const positive = values.filter((v) => v > 0).sort((a, b) => a - b)
  if (positive.length === 0) return { cuts: [1, 2, 3, 4], reverse: false, integer: true }
  const at = (q: number) => positive[Math.min(positive.length - 1, Math.floor(q * positive.length))]!
  const integer = positive.every((v) => Number.isInteger(v))
  const cuts = [positive[0]!, at(0.62), at(0.86), at(0.965)]
  if (integer) {
    cuts[0] = 1
    for (let i = 1; i < 4; i++) cuts[i] = Math.max(cuts[i]!, cuts[i - 1]! + 1)
  }
  return { cuts, reverse: false, integer }
}

/** Classes by how far values lie outside a band: inside is class 0, the rest by quantiles of the distance. */
export function bandClasses(distances: readonly number[]): Classes {
  const off = distances.filter((d) => d > 0).sort((a, b) => a - b)
  if (off.length === 0) return { cuts: [1, 2, 3, 4], reverse: false, integer: false }
  const q = (x: number) => off[Math.min(off.length - 1, Math.floor(x * off.length))]!
  return { cuts: [Number.MIN_VALUE, q(0.4), q(0.75), q(0.95)], reverse: false, integer: false }
}

/** Classes for rates 0..1: with `better: up` low is bad. Cuts follow the target where there is one. */
export function rateClasses(values: readonly number[], better: string, target: number | null): Classes {
  const reverse = better !== 'down'
  const sorted = [...values].sort((a, b) => (reverse ? b - a : a - b))
  if (sorted.length === 0) return { cuts: reverse ? [0.95, 0.9, 0.8, 0.6] : [0.05, 0.1, 0.2, 0.4], reverse, integer: false }
  const q = (x: number) => sorted[Math.min(sorted.length - 1, Math.floor(x * sorted.length))]!
  const cuts =
    target !== null
      ? reverse
        ? [target + (1 - target) * 0.6, target, target * 0.9, target * 0.75]
        : [target * 0.5, target, target * 1.3, target * 1.8]
      : [q(0.2), q(0.5), q(0.8), q(0.95)]
  return { cuts, reverse, integer: false }
}

/** Class 0 (best) to 4 (worst), or -1 without a value. */
export function classOf(value: number | null | undefined, c: Classes): number {
  if (value === null || value === undefined || Number.isNaN(value)) return -1
  let n = 0
  for (const cut of c.cuts) if (c.reverse ? value < cut : value >= cut) n++
  return n
}

/** Words of the classes for a legend: `0`, `1–2`, … `≥8`, or rates as they are read (`per` 0: plain figures). */
export function legendOf(c: Classes, per: number): string[] {
  const show = (v: number) => (per === 0 ? (c.integer ? String(v) : trim(v)) : per === 1 ? trim(v) : `${trim(Number((v * per).toFixed(per === 100 ? 0 : 1)))}${per === 100 ? '%' : '‰'}`)
  const [a, b, d, e] = c.cuts as [number, number, number, number]
  if (c.reverse) return [`≥${show(a)}`, `${show(b)}–${show(a)}`, `${show(d)}–${show(b)}`, `${show(e)}–${show(d)}`, `<${show(e)}`]
  if (c.integer) {
    const range = (from: number, to: number) => (from >= to - 1 ? String(from) : `${from}–${to - 1}`)
    return [a <= 1 ? '0' : `<${a}`, range(a, b), range(b, d), range(d, e), `≥${e}`]
  }
  return [`<${show(a)}`, `${show(a)}–${show(b)}`, `${show(b)}–${show(d)}`, `${show(d)}–${show(e)}`, `≥${show(e)}`]
}

const trim = (v: number): string => (Math.abs(v) >= 100 ? v.toFixed(0) : v.toFixed(1).replace(/\.0$/, ''))
