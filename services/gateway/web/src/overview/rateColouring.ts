/** Any declared rate as a colouring of the map, fetched when it is chosen: the last 14 business dates, as map panels are. */
import { ref, shallowRef, watch, type Ref } from 'vue'
import { reportsApi } from '../api/reports'
import { tx } from '../i18n'
import { businessDate, daysBefore } from '../lib/time'
import { domainNow } from '../store/clock'
import { manifests, serviceTitle } from '../store/world'
import { byValue, type Colouring } from './colouring'

const DAYS = 14
/** Asked again so often while it is shown. */
const AGAIN_MS = 60_000

export interface RateChoice {
  id: string
  title: string
  service: string
  rate: string
}

/** Every rate of every manifest, by the service's title. */
export const rateChoices = (): RateChoice[] =>
  [...manifests.value.values()].flatMap((m) => (m.rates ?? []).map((r) => ({ id: `rate:${m.service}|${r.name}`, title: `${serviceTitle(m.service)} · ${tx(r.title, r.name)}`, service: m.service, rate: r.name })))

export function useRateColouring(chosen: Ref<string>) {
  const colouring = shallowRef<Colouring | null>(null)
  const askedAt = ref(0)
  async function load(): Promise<void> {
    const choice = rateChoices().find((c) => c.id === chosen.value)
    if (!choice) return
    askedAt.value = Date.now()
    const to = businessDate(domainNow())
    const query = { service: choice.service, rate: choice.rate, from: daysBefore(to, DAYS - 1), to }
    try {
      const parts = await Promise.all([reportsApi.ranking({ ...query, by: 'community' }), reportsApi.ranking({ ...query, by: 'grid' })])
      if (chosen.value !== choice.id) return
      const rows = parts.flatMap((p) => p.rows.map((r) => ({ area: r.key, value: r.now.value })))
      const rate = manifests.value.get(choice.service)?.rates?.find((r) => r.name === choice.rate)
      colouring.value = byValue(choice.id, tx(rate?.title, choice.rate), rows, rate)
    } catch {
      /* the map keeps the colours it has */
    }
  }
  watch(chosen, (id) => {
    if (id.startsWith('rate:')) void load()
    else colouring.value = null
  })
  /** Called with every fresh snapshot of figures. */
  const refresh = () => colouring.value && Date.now() - askedAt.value > AGAIN_MS && void load()
  return { colouring, refresh }
}
