import { shallowRef } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'good' | 'bad' | 'info'
  href?: string | undefined
}

export const toasts = shallowRef<Toast[]>([])
let next = 1

export function toast(text: string, tone: Toast['tone'] = 'info', href?: string): void {
  const id = next++
  toasts.value = [...toasts.value.slice(-3), { id, text, tone, href }]
  window.setTimeout(() => dismiss(id), tone === 'bad' ? 9000 : 5000)
}
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((x) => x.id !== id)
}
