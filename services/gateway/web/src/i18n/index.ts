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

export function fill(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/** A manifest's text in the chosen language; the other one when it is missing. */
export function tx(text: Text | null | undefined, fallback = ''): string {
  if (!text) return fallback
  return (lang.value === 'zh' ? text.zh || text.en : text.en || text.zh) || fallback
}

/** The text in the chosen language only; for units, which one language may lack. */
export const only = (text: Text | null | undefined): string => (text ? (lang.value === 'zh' ? text.zh : text.en) : '')
