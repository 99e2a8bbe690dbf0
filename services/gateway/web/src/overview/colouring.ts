/** What the areas of the map may be coloured by: counts of matters, every map panel of the manifests, any declared rate. */
import type { AreaCount, Overview } from '../api/types'
import { t, tx } from '../i18n'
import { wallWord } from '../i18n/wall'
import { bandClasses, type Classes, classOf, countClasses, legendOf, rateClasses } from '../lib/classes'
import { figure, goalText, offBand, rateText, type Reading } from '../lib/figures'
import { areaByCode, panelOf, rateOf } from '../store/world'

export interface Colouring {
  id: string
  title: string
  text: (code: string) => string
  value: (code: string) => number | null
  classes: Classes
  /** Class of an area, -1 without a value. */
  level: (code: string) => number
  legend: string[]
}

const atLevel = (code: string, level: string): boolean => (areaByCode.value.get(code)?.level ?? '') === level

function byCount(id: 'open' | 'late' | 'soon' | 'opened_today', title: string, counts: Map<string, AreaCount>): Colouring {
  const value = (code: string) => counts.get(code)?.[id] ?? null
  const classes = countClasses([...counts.values()].filter((r) => r.level === 'grid').map((r) => r[id]))
  return { id, title, value, classes, text: (code) => figure(value(code) ?? 0), level: (code) => classOf(value(code), classes), legend: legendOf(classes, 0) }
}

/** Any measure or rate by area. */
export function byValue(id: string, title: string, given: readonly { area: string; value: number | null }[], rate: Reading | undefined): Colouring {
  const rows = new Map(given.map((r) => [r.area, r.value]))
  const values = given.flatMap((r) => (r.value === null || !atLevel(r.area, 'grid') ? [] : [r.value]))
  const value = (code: string) => rows.get(code) ?? null
  const band = rate?.better === 'band' && rate.band
  const classes = band ? bandClasses(values.map((v) => offBand(v, rate))) : rate ? rateClasses(values, rate.better ?? 'up', rate.target ?? null) : countClasses(values)
  const legend = legendOf(classes, band || !rate ? 0 : (rate.per ?? 100))
  // By distance from a band the classes are no ranges of the value: inside, and ever farther off.
  if (band) legend.splice(0, 5, goalText(rate), ...legend.slice(1).map((s) => `Δ ${s}`))
  return {
    id,
    title,
    value,
    classes,
    text: (code) => {
      const v = value(code)
      return v === null ? '–' : rate ? rateText(v, rate.per) : figure(v)
    },
    level: (code) => {
      const v = value(code)
      return classOf(v === null || !band ? v : offBand(v, rate), classes)
    },
    legend,
  }
}

export function colouringsOf(whole: Overview | null, counts: Map<string, AreaCount>): Colouring[] {
  const out = [byCount('open', wallWord('map.open'), counts), byCount('late', wallWord('map.late'), counts), byCount('soon', wallWord('map.soon'), counts), byCount('opened_today', t('count.today'), counts)]
  for (const panel of whole?.maps ?? []) {
    out.push(byValue(`${panel.service}|${panel.panel}`, tx(panelOf(panel.service, panel.panel)?.title, panel.panel), panel.rows, rateOf(panel.service, panel.rate)))
  }
  return out
}
