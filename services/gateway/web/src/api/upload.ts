/** Evidence goes up content-addressed: hashed here, sent in chunks, each chunk safe to repeat. */
import type { InjectionKey } from 'vue'
import { Problem, api } from './client'
import type { BlobRef } from './types'
import { sha256 } from '../lib/sha256'
import { offline } from '../store/line'
import { liveState } from '../store/live'

export const CHUNK = 256 * 1024

/** How a form's files go up: as the account that is signed in, or through anybody's door with a ticket. */
export interface Uploader {
  upload: (service: string, file: File, progress: (done: number) => void) => Promise<BlobRef>
  /** Media types that are taken. */
  accept: string
  most: number
}
export const UPLOADER: InjectionKey<Uploader> = Symbol('uploader')
type PutChunk = (service: string, sha256: string, n: number, of: number, chunk: Blob) => Promise<BlobRef | null>

/** Sends a file and answers its reference. `progress` gets 0..1. A chunk whose answer is lost is sent again. */
export async function upload(service: string, file: Blob, progress: (done: number) => void, putChunk: PutChunk = api.putChunk): Promise<BlobRef> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const sha = await sha256(bytes)
  const of = Math.max(1, Math.ceil(bytes.length / CHUNK))
  let media = file.type
  let whole = false
  for (let n = 0; n < of && !whole; n++) {
    const chunk = new Blob([bytes.subarray(n * CHUNK, (n + 1) * CHUNK)])
    for (let attempt = 1; ; attempt++) {
      try {
        const done = await putChunk(service, sha, n, of, chunk)
        if (done?.media_type) media = done.media_type
        whole = Boolean(done) // it is there already, from an earlier try or somebody else's
        break
      } catch (error) {
        // Where the stream is gone as well there is no line to try again on: what is sent waits on the phone.
        const gone = offline.value || liveState.value === 'reconnecting'
        const again = error instanceof Problem && (error.lost ? !gone : error.status >= 502)
        if (!again || attempt >= 4) throw error
        await new Promise((go) => setTimeout(go, 400 * attempt))
      }
    }
    progress((n + 1) / of)
  }
  return { sha256: sha, size: bytes.length, media_type: media }
}
