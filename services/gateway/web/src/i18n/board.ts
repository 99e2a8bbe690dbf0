import { fill } from '.'
import { lang } from '../store/prefs'
import { en } from './board/en'
import { zh } from './board/zh'

export type BoardKey = keyof typeof zh

/** Words of the board; both languages come with its page. */
export function b(key: BoardKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
