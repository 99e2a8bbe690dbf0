/** What the board holds: its query in the address, the matters behind it, and the server's search behind the cache. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { api, Problem } from '../api/client'
import type { Matter } from '../api/types'
import { t } from '../i18n'
import { lightOf, sortByUrgency } from '../lib/due'
import { keyOf } from '../store/batch'
import { domainNow, now, setClock } from '../store/clock'
import { matters, onChanges, onRefetch, take, version } from '../store/live'
import { remember, remembered } from '../store/prefs'
import { kinds, unitsOf, whereOf, within } from '../store/world'
import { loadAll } from './loading'
import { type BoardQuery, passes, queryWords, readQuery, serverQuery, sortBy } from './query'

/** What is loaded at most; beyond it the server's search narrows. */
const MOST_OPEN = 20_000
const MOST_CLOSED = 1_000
/** A long list is put in order again at most once a second, a short one with every batch. */
const LONG = 4_000
const SEARCH_MOST = 200

export function useBoard() {
  const route = useRoute()
  const router = useRouter()
  const query = computed<BoardQuery>(() => readQuery(route.params.kind, route.query))
  const kind = computed(() => kinds.value.find((k) => k.id === query.value.kind && (!query.value.service || k.service === query.value.service)))
  const view = computed<'list' | 'kanban'>(() => query.value.mode || (remembered('board') === 'kanban' ? 'kanban' : 'list'))

  /** Changes the address; the matter in the pane (`m`) goes unless it is named. */
  function go(change: Partial<BoardQuery> & { m?: string | undefined }): void {
    const next = { ...query.value, ...change }
    const m = 'm' in change ? change.m : (route.query.m as string | undefined)
    if (change.mode) remember('board', change.mode)
    void router.replace({ name: 'board', params: { kind: next.kind }, query: { ...queryWords(next), ...(m ? { m } : {}) } })
  }

  // --- loading ------------------------------------------------------------------------------------------------------
  const failure = ref('')
  const progress = ref({ n: 0, total: 0, busy: false })
  let abort: AbortController | null = null
  async function load(): Promise<void> {
    abort?.abort()
    abort = new AbortController()
    const q = query.value
    progress.value = { n: 0, total: 0, busy: true }
    failure.value = ''
    try {
      await loadAll(
        q.closed
          ? { open: false, sort: '-updated', ...(q.kind ? { kind: q.kind } : {}), ...(q.area ? { area: q.area } : {}) }
          : { open: true, sort: 'due', ...(q.area ? { area: q.area } : {}) },
        q.closed ? MOST_CLOSED : MOST_OPEN,
        abort.signal,
        (n, total) => (progress.value = { n, total, busy: true }),
      )
      progress.value = { ...progress.value, busy: false }
    } catch (error) {
      if ((error as Error).name === 'AbortError') return
      progress.value = { ...progress.value, busy: false }
      failure.value = error instanceof Problem && !error.lost ? error.message : t('app.failed')
    }
  }

  // --- search: at once in what is held, and a little later at the server --------------------------------------------
  const search = ref(query.value.q)
  /** Keys the server found; its index knows words that the page does not show. */
  const found = shallowRef<ReadonlySet<string>>(new Set())
  const asking = ref(false)
  let searchTimer: number | undefined
  let searchAbort: AbortController | null = null
  async function ask(): Promise<void> {
    searchAbort?.abort()
    searchAbort = new AbortController()
    const words = search.value.trim()
    if (words !== query.value.q) go({ q: words })
    if (words.length < 2) {
      found.value = new Set()
      asking.value = false
      return
    }
    asking.value = true
    try {
      const page = await api.matters({ ...serverQuery({ ...query.value, q: words }), limit: SEARCH_MOST }, searchAbort.signal)
      setClock(page.as_of)
      take(page.items)
      found.value = new Set(page.items.map(keyOf))
      asking.value = false
    } catch (error) {
      if ((error as Error).name !== 'AbortError') asking.value = false // what is held is searched all the same
    }
  }
  watch(search, () => {
    found.value = new Set()
    window.clearTimeout(searchTimer)
    searchTimer = window.setTimeout(() => void ask(), 350)
  })
  watch(
    () => query.value.q,
    (q) => {
      if (q !== search.value.trim()) search.value = q
    },
  )

  // --- rows ---------------------------------------------------------------------------------------------------------
  /** Grows when rows are to be computed anew. */
  const beat = ref(0)
  let beatTimer: number | undefined
  function soon(): void {
    if (matters.value.size < LONG) beat.value++
    else
      beatTimer ??= window.setTimeout(() => {
        beatTimer = undefined
        beat.value++
      }, 1000)
  }
  watch(version, soon)
  /** Every 15 s is often enough for lights to change groups; countdowns tick by themselves. */
  const minute = computed(() => Math.floor(now.value / 15_000))
  const texts = new WeakMap<Matter, string>()
  function haystack(m: Matter): string {
    let text = texts.get(m)
    if (!text) {
      text = `${m.number} ${m.title} ${whereOf(m)} ${unitsOf(m)}`.toLowerCase()
      texts.set(m, text)
    }
    return text
  }
  /** Everything of the kind, area and scope, before lights, search and filters. */
  const inScope = computed<Matter[]>(() => {
    void beat.value
    const out: Matter[] = []
    const q = query.value
    const s = kind.value?.service ?? q.service
    for (const m of matters.value.values()) {
      if (m.open === q.closed) continue
      if (q.kind && m.kind !== q.kind) continue
      if (s && m.service !== s) continue
      if (q.area && !within(m.area, q.area)) continue
      out.push(m)
    }
    return out
  })
  const filtered = computed(() => inScope.value.filter((m) => passes(m, query.value)))
  const lights = computed(() => {
    void minute.value
    const at = domainNow()
    let late = 0
    let due = 0
    for (const m of filtered.value) {
      const l = lightOf(m, at)
      if (l === 'late') late++
      else if (l === 'soon') due++
    }
    return { late, soon: due }
  })
  const rows = computed<Matter[]>(() => {
    void minute.value
    const at = domainNow()
    const q = query.value
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
    const list = filtered.value.filter(
      (m) => (!q.due || lightOf(m, at) === q.due) && (wanted.length === 0 || found.value.has(keyOf(m)) || wanted.every((w) => haystack(m).includes(w))),
    )
    if (q.sort !== 'due') return sortBy(list, q.sort)
    return q.closed ? sortClosed(list) : sortByUrgency(list, at)
  })

  const stops: (() => void)[] = []
  onMounted(() => {
    stops.push(
      onRefetch(() => void load()),
      onChanges((c) => c.gone.length && soon()),
    )
    void load()
    if (search.value) void ask()
  })
  onBeforeUnmount(() => {
    for (const stop of stops) stop()
    window.clearTimeout(searchTimer)
    window.clearTimeout(beatTimer)
    abort?.abort()
    searchAbort?.abort()
  })
  watch(
    () => [query.value.closed, query.value.area].join('|'),
    () => void load(),
  )
  watch(
    () => query.value.kind,
    () => query.value.closed && void load(),
  )
  return { query, kind, view, go, load, failure, progress, search, asking, inScope, lights, rows }
}

const closedAt = (m: Matter): number => Date.parse(m.closed_at ?? m.updated_at ?? '')
const sortClosed = (list: Matter[]): Matter[] => list.sort((a, b) => closedAt(b) - closedAt(a))
