import { fill } from '.'
import { lang } from '../store/prefs'
import { en } from './signin/en'
import { zh } from './signin/zh'

export type SignInKey = keyof typeof zh

/** Words of signing in, of a session's end and of one's own profile; both languages come with these pages. */
export function g(key: SignInKey, params?: Record<string, string | number>): string {
  const text: string = (lang.value === 'en' ? en : zh)[key]
  return params ? fill(text, params) : text
}
