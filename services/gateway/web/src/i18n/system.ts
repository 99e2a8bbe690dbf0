import { fill } from '.'
import { lang } from '../store/prefs'
import { en } from './system/en'
import { zh } from './system/zh'

export type SystemKey = keyof typeof zh

/** Words of administration; both languages come with these pages. */
export function s(key: SystemKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
