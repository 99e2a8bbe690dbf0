/** What a matter's page is made of: the view's word, the owner's page, what may be done; without a line the last of it. */
import { computed, ref, shallowRef, watch } from 'vue'
import { api, Problem } from '../../api/client'
import type { Detail, Matter, MatterView, Offers } from '../../api/types'
import { t } from '../../i18n'
import { m } from '../../i18n/matter'
import { keyOf } from '../../store/batch'
import { setClock } from '../../store/clock'
import { keeper, keptSince } from '../../store/line'
import { liveState, matters, take, version } from '../../store/live'
import { session } from '../../store/session'
import { matterTitle } from '../../store/world'

interface Which {
  service: string
  kind: string
  id: string
}
/** Pages are kept on what people carry with them; a desk has its line. */
const CARRIED = Boolean(window.matchMedia?.('(pointer: coarse), (display-mode: standalone)').matches)

/** `hidden`: called when it turns out that it may not be read (any more). */
export function usePage(which: Which, told: { title: (title: string) => void; hidden: () => void }) {
  const seen = shallowRef<MatterView | null>(null)
  const detail = shallowRef<Detail | null>(null)
  const offers = shallowRef<Offers | null>(null)
  const failure = ref('')
  const detailFailed = ref(false)
  /** Since when what is shown lies on this phone (ms since 1970); 0: it is of now. */
  const since = ref(0)
  /** Only what a list knew of it: the page was never opened here. */
  const listOnly = ref(false)

  /** The stream may already know a newer version than the last answer. */
  const matter = computed<Matter | null>(() => {
    void version.value
    const got = seen.value?.matter
    if (!got) return null
    const held = matters.value.get(keyOf(got))
    return held && held.version >= got.version ? held : got
  })

  /** Never opened on this phone: what the lists on it say. */
  async function fromLists(): Promise<MatterView | null> {
    const account = session.value?.account.id
    if (!account || !keeper.at) return null
    const { listed } = await import('../../offline/kept')
    const found = await listed(account, which.service, which.kind, which.id).catch(() => null)
    if (!found) return null
    since.value = found.at
    listOnly.value = true
    return { as_of: new Date(found.at).toISOString(), matter: found.matter, timeline: [], links: [], graph: { nodes: [], edges: [] } } as unknown as MatterView
  }

  let asked = 0
  async function load(): Promise<void> {
    const turn = ++asked
    const { service, kind, id } = which
    const [view, own, may] = await Promise.allSettled([api.matter(service, kind, id, CARRIED), api.detail(service, kind, id, CARRIED), api.offers(service, kind, id, CARRIED)])
    if (turn !== asked) return
    if (view.status === 'fulfilled') {
      since.value = keptSince(view.value)
      listOnly.value = false
      setClock(view.value.as_of, null, since.value)
      take([view.value.matter])
      seen.value = view.value
      failure.value = ''
      told.title(matterTitle(view.value.matter))
    } else {
      const problem = view.reason instanceof Problem ? view.reason : null
      const hidden = problem?.status === 404 || problem?.status === 403
      // It may have been on the page a moment ago: what one may not read any more is not left standing.
      if (hidden) {
        seen.value = detail.value = null
        told.hidden()
      }
      if (!seen.value && problem?.lost) seen.value = await fromLists()
      if (turn !== asked) return
      if (!seen.value) failure.value = hidden ? m('matter.notFound') : t('app.failed')
      else if (problem?.lost && !since.value) since.value = Date.now()
    }
    detail.value = own.status === 'fulfilled' ? own.value : detail.value
    detailFailed.value = own.status === 'rejected' && !listOnly.value && !(own.reason instanceof Problem && [403, 404].includes(own.reason.status))
    offers.value = may.status === 'fulfilled' ? may.value : { offers: [], absent: may.reason instanceof Problem && may.reason.status >= 500 }
  }
  watch(
    () => [which.service, which.kind, which.id].join('|'),
    () => {
      seen.value = detail.value = offers.value = null
      failure.value = ''
      since.value = 0
      listOnly.value = false
      void load()
    },
    { immediate: true },
  )
  // The line is back: what stands here is asked again.
  watch(liveState, (state) => state === 'live' && since.value && void load())

  return { seen, detail, offers, failure, detailFailed, since, listOnly, matter, load }
}
