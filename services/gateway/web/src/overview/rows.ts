/** Bars of classes and rankings, as the overview and the pages of services draw them. */
import type { StepsPanel, ValuesPanel } from '../api/types'
import { tx } from '../i18n'
import { wallWord } from '../i18n/wall'
import { byWorth, figure, judge, rateText } from '../lib/figures'
import { areaByCode, areaShort, categoryTitle, kindOf, panelOf, rateOf, within } from '../store/world'

export interface BarRow {
  key: string
  title: string
  value: number
  text?: string
  note?: string
  /** Said in colour and in a word. */
  flag?: string
}
export const MOST_BARS = 12

export const panelTitle = (p: { service: string; panel: string } | undefined, fallback: string): string =>
  (p && tx(panelOf(p.service, p.panel)?.title)) || fallback
export const kindName = (p: StepsPanel): string => tx(kindOf(p.service, p.kind)?.title, p.kind)
/** Whether a panel belongs among the overview's; the others are drawn on their service's page. */
export const onOverview = (p: { service: string; panel: string }): boolean => panelOf(p.service, p.panel)?.surface !== 'service'

export function classRows(p: StepsPanel): BarRow[] {
  return (p.classes ?? [])
    .map((c) => ({ key: c.category, title: categoryTitle(p.service, p.kind, c.category), value: Math.max(c.opened, c.open) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, MOST_BARS)
}

/** Areas of a level below `above` by their value, the best first. */
export function rankRows(p: ValuesPanel, level: string, above: string): BarRow[] {
  const rate = rateOf(p.service, p.rate)
  const order = byWorth(rate ?? {})
  return p.rows
    .filter((x) => x.value !== null && areaByCode.value.get(x.area)?.level === level && (!above || within(x.area, above)))
    .sort((a, b) => order(a.value!, b.value!))
    .slice(0, MOST_BARS)
    .map((x) => {
      const verdict = rate ? judge(x.value, rate) : ''
      return {
        key: x.area,
        title: areaShort(x.area),
        value: x.value!,
        text: rate ? rateText(x.value!, rate.per, rate.per === 1 ? 2 : rate.per === 1000 ? 1 : 0) : figure(x.value!),
        note: x.denominator ? wallWord('kpi.of', { n: figure(x.numerator ?? 0), d: figure(x.denominator) }) : '',
        flag: verdict === 'low' ? wallWord('kpi.low') : verdict === 'high' ? wallWord('kpi.high') : '',
      }
    })
}
