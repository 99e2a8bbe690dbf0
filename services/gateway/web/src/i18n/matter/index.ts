import { fill } from '..'
import { lang } from '../../store/prefs'
import { en } from './en'
import { zh } from './zh'

/** Words of a matter's page; both languages come with it. */
export function m(key: keyof typeof zh, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
