/** The figures behind the overview: fetched, asked again after events, and the late list that needs no server. */
import { computed, onBeforeUnmount, onMounted, type Ref, ref, shallowRef, watch } from 'vue'
import { api, Problem } from '../api/client'
import type { AreaCount, Matter, Overview } from '../api/types'
import { t } from '../i18n'
import { lightOf, sortByUrgency } from '../lib/due'
import { keyOf } from '../store/batch'
import { domainNow, setClock } from '../store/clock'
import { matters, onChanges, onRefetch, seedSteps, take, version } from '../store/live'
import { within } from '../store/world'

const MOST_LATE = 20

/** Figures of everything this person sees (`whole`: map, strip) and of the area looked at (`part`: the rest). */
export function useFigures(area: Ref<string>) {
  const whole = shallowRef<Overview | null>(null)
  const part = shallowRef<Overview | null>(null)
  const failure = ref('')
  let abort: AbortController | null = null
  let lastAsked = 0
  /** Matters that may belong on the late list: those the server named and those that changed since. */
  const candidates = new Set<string>()

  async function load(): Promise<void> {
    abort?.abort()
    abort = new AbortController()
    lastAsked = Date.now()
    const signal = abort.signal
    const wanted = area.value
    try {
      const [all, some] = await Promise.all([api.overview('', signal), wanted ? api.overview(wanted, signal) : null])
      setClock(all.as_of)
      const shown = some ?? all
      take([...all.late, ...(some?.late ?? [])])
      for (const m of [...all.late, ...(some?.late ?? [])]) candidates.add(keyOf(m))
      seedSteps(shown.recent)
      whole.value = all
      part.value = shown
      failure.value = ''
    } catch (error) {
      if ((error as Error).name === 'AbortError') return
      failure.value = error instanceof Problem && !error.lost ? error.message : t('app.failed')
    }
  }

  // Server-made figures are asked again soon after events, at most every two seconds; the lists follow at once.
  let timer: number | undefined
  function loadSoon(): void {
    timer ??= window.setTimeout(
      () => {
        timer = undefined
        void load()
      },
      Math.max(700, 2000 - (Date.now() - lastAsked)),
    )
  }

  const stops: (() => void)[] = []
  onMounted(() => {
    void load()
    stops.push(
      onChanges((c) => {
        for (const m of c.matters) if (m.open && m.due_at) candidates.add(keyOf(m))
        if (c.matters.length || c.gone.length || c.registry) loadSoon()
      }),
      onRefetch(() => {
        candidates.clear()
        void load()
      }),
    )
    // Matters turn late without any event.
    const each = window.setInterval(() => {
      if (!document.hidden && Date.now() - lastAsked > 30_000) void load()
    }, 5_000)
    stops.push(() => window.clearInterval(each))
  })
  onBeforeUnmount(() => {
    for (const stop of stops) stop()
    window.clearTimeout(timer)
    abort?.abort()
  })
  watch(area, load)

  const counts = computed(() => {
    const out = new Map<string, AreaCount>()
    for (const row of whole.value?.areas ?? []) out.set(row.area, row)
    for (const row of part.value?.areas ?? []) out.set(row.area, row)
    return out
  })
  const late = computed<Matter[]>(() => {
    void version.value
    const at = domainNow()
    const out: Matter[] = []
    for (const key of candidates) {
      const m = matters.value.get(key)
      if (!m) continue
      const light = lightOf(m, at)
      if (light === 'done') {
        candidates.delete(key)
        continue
      }
      if ((light === 'late' || light === 'soon') && (!area.value || within(m.area, area.value))) out.push(m)
    }
    return sortByUrgency(out, at).slice(0, MOST_LATE)
  })
  return { whole, part, failure, load, counts, late }
}
