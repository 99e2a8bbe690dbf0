/** Answers that carry a file: `{blob, file_name}`; it is offered to the browser under its name. */
import { api } from '../api/client'
import type { BlobRef, DoAnswer } from '../api/types'

export function fileOf(answer: DoAnswer): { blob: BlobRef; name: string } | null {
  const { blob, file_name: name } = (answer.answer ?? {}) as { blob?: BlobRef; file_name?: string }
  return blob?.sha256 && name ? { blob, name } : null
}

/** Whether there was a file to fetch. */
export function fetchFile(service: string, answer: DoAnswer): boolean {
  const file = fileOf(answer)
  if (!file) return false
  const link = document.createElement('a')
  link.href = api.blobAddress(service, file.blob.sha256)
  link.download = file.name
  link.click()
  return true
}
