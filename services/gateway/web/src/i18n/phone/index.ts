import { shallowRef, watchEffect } from 'vue'
import { fill } from '..'
import { lang } from '../../store/prefs'
import { zh } from './zh'

export type PhoneKey = keyof typeof zh

/** English comes when it is first asked for, as for the page's other words. */
const english = shallowRef<Record<PhoneKey, string> | null>(null)
watchEffect(() => {
  if (lang.value === 'en' && !english.value) void import('./en').then((m) => (english.value = m.en)).catch(() => undefined)
})

/** Words of the phone's pages and of working without a line. */
export function q(key: PhoneKey, params?: Record<string, string | number>): string {
  const text: string = lang.value === 'en' && english.value ? english.value[key] : zh[key]
  return params ? fill(text, params) : text
}
