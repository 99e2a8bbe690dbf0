import { fill } from '.'
import { lang } from '../store/prefs'
import { en } from './reports/en'
import { zh } from './reports/zh'

export type ReportKey = keyof typeof zh

/** Words of the evaluation pages; both languages come with them. */
export function r(key: ReportKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
