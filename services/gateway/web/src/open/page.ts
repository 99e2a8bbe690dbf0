/** What services leave open to anybody, and what they answered; shared by the parts of the residents' page. */
import { computed, type InjectionKey, inject, nextTick, ref, shallowRef } from 'vue'
import { Problem } from '../api/client'
import { openApi } from '../api/open'
import type { Action, PublicService } from '../api/types'
import { tx } from '../i18n'
import { p } from '../i18n/more'
import { addressOf, type Asked, codeField, type OpenRoute, type Way, wayOf } from '../lib/open'
import { showPublic } from '../store/geometry'
import { signedIn } from '../store/session'
import { areaByCode, areaTitle } from '../store/world'

export interface Look {
  s: PublicService
  r: OpenRoute
  id: string
  title: string
}
export interface Act {
  s: PublicService
  a: Action
  id: string
  /** Its field for a code somebody holds; ''. */
  code: string
}
export interface Looked {
  value: unknown
  failure: string
}

const said = (error: unknown): string =>
  error instanceof Problem && !error.lost && error.status !== 429 && error.status < 500 ? error.message : p(error instanceof Problem && error.status === 429 ? 'open.limit' : 'open.failed')

export function openPage() {
  const services = shallowRef<PublicService[] | null>(null)
  const failure = ref('')
  const looked = shallowRef(new Map<string, Looked>())
  const code = ref('')
  /** The code that was looked up last. */
  const held = ref('')

  const here = computed(() => (services.value ?? []).filter((s) => s.present))
  const absent = computed(() => (services.value ?? []).filter((s) => !s.present))
  const looks = computed<Look[]>(() => here.value.flatMap((s) => s.routes.map((r) => ({ s, r, id: `${s.service}|${r.path}`, title: tx(r.title, r.path) }))))
  const of = (way: Way): Look[] => looks.value.filter((l) => wayOf(l.r) === way)
  const acts = computed<Act[]>(() =>
    here.value.flatMap((s) => [...s.actions].sort((a, b) => (a.order ?? 0) - (b.order ?? 0)).map((a) => ({ s, a, id: s.service + a.name, code: codeField(a) }))),
  )

  async function ask(l: Look, values: Record<string, string | number | undefined>): Promise<boolean> {
    const { path, query } = addressOf(l.r, values)
    try {
      looked.value = new Map(looked.value).set(l.id, { value: await openApi.route(l.s.service, path, query), failure: '' })
      return true
    } catch (error) {
      const words = error instanceof Problem && error.status === 404 ? p('open.notFound') : said(error)
      looked.value = new Map(looked.value).set(l.id, { value: null, failure: words })
      return false
    }
  }
  function forget(list: readonly Look[]): void {
    const left = new Map(looked.value)
    for (const l of list) left.delete(l.id)
    looked.value = left
  }
  async function load(): Promise<void> {
    try {
      const [open, areas] = await Promise.all([openApi.services(), signedIn.value ? null : openApi.areas()])
      if (areas) showPublic(areas.areas, areas.geometry)
      services.value = open.services
    } catch (error) {
      failure.value = said(error)
    }
  }
  /** Brings a part of the page into view. */
  function goTo(id: string): void {
    const part = document.getElementById(id)
    part?.scrollIntoView({ block: 'start' })
    part?.querySelector<HTMLElement>('h2')?.focus()
  }
  /** How things stand for a code: its part of the page takes it from here. */
  async function followNow(value: string): Promise<void> {
    code.value = value
    await nextTick()
    goTo('code')
    following.value++
  }
  /** Counted up when a code is to be looked up at once. */
  const following = ref(0)

  return { services, failure, here, absent, looks, of, acts, looked, ask, forget, load, goTo, code, held, followNow, following }
}
export type OpenPage = ReturnType<typeof openPage>
export const OPEN: InjectionKey<OpenPage> = Symbol('open')
export const useOpen = (): OpenPage => inject(OPEN)!

export const required = (l: Look): Asked[] => (l.r.asked ?? []).filter((a) => a.required)
/** A value of a closed list is shown by its title, an area by its name, but where its code is told. */
export const valueOf = (s: PublicService, key: string, v: string): string => tx(s.texts?.[`enum.${key}.${v}`], key !== 'code' && areaByCode.value.has(v) ? areaTitle(v) : v)
export const fieldOf = (s: PublicService, name: string): string => tx(s.texts?.[`field.${name}`], '')
/** `ABCD-EFGH` as it is looked up. */
export const bare = (code: string): string => code.replace(/[\s-]/g, '')
