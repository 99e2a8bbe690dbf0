import { fill } from '..'
import { lang } from '../../store/prefs'
import { en } from './en'
import { zh } from './zh'

export type DataKey = keyof typeof zh

/** Words of the page of shared data; both languages come with it. */
export function d(key: DataKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
