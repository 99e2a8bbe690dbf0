/** The bell: how many notices of mine are unread, as the stream says; the list itself is fetched by its page. */
import { ref, shallowRef } from 'vue'
import type { Bellring, NoticeView } from '../api/types'

export const unread = ref(0)
/** The notice that has come last while this page was open. */
export const latest = shallowRef<NoticeView | null>(null)

export function ring(bell: Bellring): void {
  unread.value = bell.unread
  if (bell.latest) latest.value = bell.latest
}
export function silence(): void {
  unread.value = 0
  latest.value = null
}
