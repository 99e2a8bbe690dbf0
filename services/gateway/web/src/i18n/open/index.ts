import { fill } from '..'
import { lang } from '../../store/prefs'
import { en } from './en'
import { zh } from './zh'

export type OpenKey = keyof typeof zh

/** Words of the residents' page; both languages come with it. */
export function o(key: OpenKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
