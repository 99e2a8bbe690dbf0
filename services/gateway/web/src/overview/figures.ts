/** The figures behind the overview: fetched, asked again after events, and the late list that needs no server. */
import { computed, onBeforeUnmount, onMounted, type Ref, ref, shallowRef, watch } from 'vue'
import { api, Problem } from '../api/client'
import type { AreaCount, Matter, Overview } from '../api/types'
import { t } from '../i18n'
import { keyOf } from '../store/batch'
import { domainNow, setClock } from '../store/clock'
import { holdFew, matters, onChanges, onRefetch, seedSteps, take, version } from '../store/live'
import { within } from '../store/world'
import { lateOf } from './late'

/** Asked again after so long without any event. */
const AGAIN_MS = 30_000
/** Figures this old are said to be old: nothing was answered, however often it was asked. */
const OLD_MS = 45_000

/** Figures of everything this person sees (`whole`: map, strip) and of the area looked at (`part`: the rest). */
export function useFigures(area: Ref<string>) {
  const whole = shallowRef<Overview | null>(null)
  const part = shallowRef<Overview | null>(null)
  const failure = ref('')
  let abort: AbortController | null = null
  /** By a clock that nobody sets. */
  let lastAsked = 0
  let answered = performance.now()
  let asking = false
  /** Matters that may belong on the late list: those the server named and those that changed since. */
  const candidates = new Set<string>()

  async function load(): Promise<void> {
    abort?.abort()
    const mine = (abort = new AbortController())
    lastAsked = performance.now()
    asking = true
    const signal = mine.signal
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
      answered = performance.now()
    } catch (error) {
      if ((error as Error).name === 'AbortError') return
      failure.value = error instanceof Problem && !error.lost ? error.message : t('app.failed')
    } finally {
      if (abort === mine) asking = false
    }
  }

  // Server-made figures are asked again soon after events, at most every two seconds; the lists follow at once.
  let timer: number | undefined
  function loadSoon(): void {
    timer ??= window.setTimeout(
      () => {
        timer = undefined
        // What is on its way is not cut off by the next event: a slow server would never be heard.
        if (asking) loadSoon()
        else void load()
      },
      Math.max(700, 2000 - (performance.now() - lastAsked)),
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
      if (document.hidden) return
      const at = performance.now()
      if (asking && at - answered > OLD_MS) failure.value ||= t('app.failed')
      if (at - lastAsked >= AGAIN_MS) void load()
    }, 5_000)
    stops.push(() => window.clearInterval(each), holdFew())
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
    return lateOf(candidates, matters.value, domainNow(), (m) => !area.value || within(m.area, area.value))
  })
  return { whole, part, failure, load, counts, late }
}
