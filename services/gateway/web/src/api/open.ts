/** Without signing in: what services declare public. It loads with the residents' page. */
import { call, type Got, type Query, routePath, to } from './client'
import type { BlobRef, DoAnswer, PublicServices } from './types'

interface Ticket {
  ticket: string
  most_files: number
  most_bytes: number
  media_types: string[]
}
export const openApi = {
  services: () => call<PublicServices>(to('/api/v1/public/services', {}), { quiet: true }),
  areas: () => call<Got<'/api/v1/public/areas'>>(to('/api/v1/public/areas', {}), { quiet: true }),
  route: (service: string, path: string, query: Query) =>
    call<unknown>(routePath(to('/api/v1/public/services/{service}/x/{path}', { service, path: '' }), path), { query, quiet: true }),
  act: (service: string, action: string, body: unknown, key: string) =>
    call<DoAnswer>(to('/api/v1/public/do/{service}/{action}', { service, action }), { method: 'POST', body, headers: { 'Idempotency-Key': key }, quiet: true }),
  ticket: (service: string, action: string) =>
    call<Ticket>(to('/api/v1/public/services/{service}/tickets/{action}', { service, action }), { method: 'POST', quiet: true }),
  /** Pieces of a picture, with a ticket. */
  chunk: (ticket: string) => (service: string, sha256: string, n: number, of: number, chunk: Blob) =>
    call<BlobRef | null>(to('/api/v1/public/services/{service}/blobs/{sha256}/{n}', { service, sha256, n: String(n) }), {
      method: 'PUT',
      query: { of },
      raw: chunk,
      headers: { 'X-Upload-Ticket': ticket },
      quiet: true,
    }),
}
