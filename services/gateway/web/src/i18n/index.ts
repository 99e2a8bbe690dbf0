import type { Text } from '../api/types'
import { shallowRef, watch } from 'vue'
import { lang } from '../store/prefs'
import { type Key, zh } from './zh'

export type { Key }

/** English is fetched when it is first asked for; until then the source language stands. */
const english = shallowRef<Record<Key, string> | null>(null)
export async function loadLanguage(): Promise<void> {
  if (lang.value === 'en' && !english.value) english.value = (await import('./en')).en
}
watch(lang, () => void loadLanguage().catch(() => undefined))

/** The page's own words in the chosen language; `{name}` is filled from `params`. */
export function t(key: Key, params?: Record<string, string | number>): string {
  const text: string = lang.value === 'en' && english.value ? english.value[key] : zh[key]
  return params ? fill(text, params) : text
}

/** `{name}` is the parameter; `{name|one|many}` the word that goes with its number. */
export const fill = (text: string, params: Record<string, string | number>): string =>
  text.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (whole, name: string, one?: string, many?: string) =>
    name in params ? (many === undefined ? String(params[name]) : String(params[name]) === '1' ? one! : many) : whole,
  )

/** The signs between the words of a list, between two sentences, after a label. */
const pick = (zh: string, en: string) => (lang.value === 'zh' ? zh : en)
export const sign = {
  get list() { return pick('、', ', ') },
  get pause() { return pick('；', '; ') },
  get colon() { return pick('：', ': ') },
}

/** A manifest's text in the chosen language; the other one when it is missing; plain words as they are. */
export function tx(text: Text | string | null | undefined, fallback = ''): string {
  if (!text) return fallback
  if (typeof text === 'string') return text
  return (lang.value === 'zh' ? text.zh || text.en : text.en || text.zh) || fallback
}

/** The text in the chosen language only; for units, which one language may lack. */
export const only = (text: Text | null | undefined): string => (text ? (lang.value === 'zh' ? text.zh : text.en) : '')
