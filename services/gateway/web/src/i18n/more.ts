import { fill } from '.'
import { lang } from '../store/prefs'
import { en } from './more/en'
import { zh } from './more/zh'

export type MoreKey = keyof typeof zh

/** Words of the pages that are loaded when they are opened; both languages come with them. */
export function p(key: MoreKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
