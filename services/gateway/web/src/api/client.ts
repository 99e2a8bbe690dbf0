/** HTTP to the gateway: JSON in and out, problem+json as {@link Problem}, the anti-forgery token on every change. */
import type { paths } from './api.gen'
import { keepAnswer, keeper, keptAnswer } from '../store/line'
import type { BlobRef, DeadLetterPage, Detail, DoAnswer, Offers, ProblemBody, RebuildPage, Session, SheetImported, View } from './types'

/** Relative to the page, so the view works under any path. */
export const base = (): string => new URL('api/v1/', document.baseURI.replace(/#.*/, '')).href

let csrf = ''
let onSignedOut: () => void = () => {}
let language: () => string = () => 'zh-CN'
let atRest: () => boolean = () => false

/** A refusal by the gateway or an owner. `rule` is stable; `detail` is the text for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super((language() === 'en' ? body.title_en : body.title_en && body.title) || body.detail || body.title || `HTTP ${status}`)
  }
  get rule(): string {
    return this.body.rule ?? ''
  }
  /** What is wrong with which field, in the language of the page. */
  get fields(): { field: string; message: string }[] {
    const en = language() === 'en'
    return (this.body.errors ?? []).map((e) => ({ field: e.field, message: (en && e.message_en) || e.message || e.code || '' }))
  }
  /** The network gave no answer: the outcome is unknown, the same key may be sent again. */
  get lost(): boolean {
    return this.status === 0
  }
}

export function configure(options: { signedOut: () => void; language: () => string; atRest?: () => boolean }): void {
  if (options.atRest) atRest = options.atRest
  onSignedOut = options.signedOut
  language = options.language
}
export function setCsrf(token: string): void {
  csrf = token
}

export type Query = Record<string, string | number | boolean | null | undefined>

export function address(path: string, query?: Query): string {
  const url = new URL(path, base())
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(key, String(value))
  return url.href
}

interface Options {
  method?: string
  query?: Query
  body?: unknown
  raw?: Blob
  headers?: Record<string, string>
  signal?: AbortSignal
  /** 401 is an answer here (signing in), not the end of the session. */
  quiet?: boolean
  /** Name under which a phone keeps the last answer, which stands when there is no line. */
  keep?: string
  /** Whether the page asks by itself: no activity. Left out: as the person's last act says. */
  background?: boolean
}

export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const method = options.method ?? 'GET'
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language(), ...options.headers }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  if (options.background ?? atRest()) headers['Shuniu-Background'] = '1'
  let body: BodyInit | undefined
  if (options.raw) {
    body = options.raw
    headers['Content-Type'] = 'application/octet-stream'
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body)
    headers['Content-Type'] = 'application/json'
  }
  const mine = keeper.at
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      credentials: 'same-origin',
      signal: options.signal ?? null,
    })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    const kept = options.keep && (await keptAnswer<T>(options.keep))
    if (kept) return kept
    throw new Problem(0, { title: 'network', rule: 'network' })
  }
  const text = await response.text()
  let parsed: unknown = null
  try {
    parsed = text ? JSON.parse(text) : null
  } catch {
    parsed = null
  }
  if (response.ok) {
    // Whoever has signed out meanwhile has nothing kept any more.
    if (options.keep && (!mine || mine === keeper.at)) keepAnswer(options.keep, parsed)
    return parsed as T
  }
  if (response.status === 401 && !options.quiet) onSignedOut()
  // What one may not read any more does not stay on the phone.
  if (options.keep && (response.status === 403 || response.status === 404)) keeper.at?.drop(options.keep)
  throw new Problem(response.status, (parsed ?? { title: response.statusText }) as ProblemBody)
}

// --- typed by the gateway's OpenAPI document: a path, parameter or field it does not have is a compile error ----------

type Gets = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } } ? P : never }[keyof paths]
export type Got<P extends Gets> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never
export type Asked<P extends Gets> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Exclude<Q, undefined> : Record<string, never>
type Named<P extends string> = P extends `${string}{${infer N}}${infer R}` ? N | Named<R> : never
type Names<P extends string> = { [N in Named<P>]: string }

/** `/api/v1/a/{b}` with its parts filled in, relative to {@link base}. */
const fill = (path: string, parts: Record<string, string>): string =>
  path.replace('/api/v1/', '').replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''))

/** A route of an owner below its door: its own slashes stay, everything else is escaped. */
export const routePath = (door: string, path: string): string =>
  door + path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')

export function get<P extends Gets>(path: P, parts: Names<P>, query?: Asked<P>, signal?: AbortSignal, keep = ''): Promise<Got<P>> {
  return call<Got<P>>(fill(path, parts), { query: (query ?? {}) as Query, ...(signal ? { signal } : {}), ...(keep ? { keep } : {}) })
}
export const to = <P extends keyof paths & string>(path: P, parts: Names<P>): string => fill(path, parts)

export type MatterQuery = Asked<'/api/v1/matters'>

export const api = {
  session: (background?: boolean) => call<Session>(to('/api/v1/session', {}), { quiet: true, ...(background === undefined ? {} : { background }) }),
  signIn: (account: string, password: string, code = '') =>
    call<Session>(to('/api/v1/session', {}), { method: 'POST', body: { account, password, code }, quiet: true }),
  signOut: () => call<null>(to('/api/v1/session', {}), { method: 'DELETE', quiet: true }),
  changePassword: (old: string, fresh: string, key: string) =>
    call<null>(to('/api/v1/session/password', {}), {
      method: 'PUT',
      body: { old, new: fresh },
      headers: { 'Idempotency-Key': key },
      quiet: true,
    }),
  view: () => get('/api/v1/view', {}, undefined, undefined, 'view') as Promise<View>,
  calendar: () => get('/api/v1/calendar', {}),
  areas: () => get('/api/v1/areas', {}, undefined, undefined, 'areas'),
  units: () => get('/api/v1/units', {}, undefined, undefined, 'units'),
  overview: (area: string, signal?: AbortSignal) => get('/api/v1/overview', {}, area ? { area } : {}, signal),
  matters: (query: MatterQuery, signal?: AbortSignal, keep = '') => get('/api/v1/matters', {}, query, signal, keep),
  matter: (service: string, kind: string, matter: string, keep = false) =>
    get('/api/v1/matters/{service}/{kind}/{matter}', { service, kind, matter }, undefined, undefined, keep ? `page|${service}|${kind}|${matter}` : ''),
  offers: (service: string, kind: string, matter: string, keep = false) =>
    call<Offers>(to('/api/v1/matters/{service}/{kind}/{matter}/actions', { service, kind, matter }), keep ? { keep: `offers|${service}|${kind}|${matter}` } : {}),
  openings: (area: string) => get('/api/v1/actions', {}, area ? { area } : {}, undefined, 'openings'),
  /** The owner's answers below are handed on as they are. */
  detail: (service: string, kind: string, matter: string, keep = false) =>
    call<Detail>(to('/api/v1/matters/{service}/{kind}/{matter}/detail', { service, kind, matter }), keep ? { keep: `detail|${service}|${kind}|${matter}` } : {}),
  unmask: (service: string, kind: string, matter: string, ref: string, reason: string) =>
    call<{ ref: string; fields: Record<string, string> }>(to('/api/v1/matters/{service}/{kind}/{matter}/unmask', { service, kind, matter }), { method: 'POST', body: { ref, reason } }),
  /** `key` is made once for a form and kept over retries, so a command is never carried out twice. */
  act: (service: string, action: string, body: unknown, key: string) =>
    call<DoAnswer>(to('/api/v1/do/{service}/{action}', { service, action }), { method: 'POST', body, headers: { 'Idempotency-Key': key } }),
  preview: (service: string, action: string, body: unknown, signal: AbortSignal) =>
    call<Record<string, unknown>>(to('/api/v1/preview/{service}/{action}', { service, action }), { method: 'POST', body, signal }),
  putChunk: (service: string, sha256: string, n: number, of: number, chunk: Blob) =>
    call<BlobRef | null>(to('/api/v1/services/{service}/blobs/{sha256}/{n}', { service, sha256, n: String(n) }), {
      method: 'PUT',
      query: { of },
      raw: chunk,
    }),
  /** An owner's own GET route, declared in its manifest. */
  route: <T>(service: string, path: string, query?: Query, signal?: AbortSignal) =>
    call<T>(routePath(to('/api/v1/services/{service}/x/{path}', { service, path: '' }), path), { ...(query ? { query } : {}), ...(signal ? { signal } : {}) }),
  sheets: (service: string) => get('/api/v1/services/{service}/sheets', { service }),
  sheetAddress: (service: string, name: string, query: Query) =>
    address(to('/api/v1/services/{service}/sheets/{name}', { service, name }), query),
  templateAddress: (service: string, name: string) => address(to('/api/v1/services/{service}/sheets/{name}/template', { service, name })),
  importSheet: (service: string, name: string, blob: BlobRef, dryRun: boolean, key: string) =>
    call<SheetImported>(to('/api/v1/services/{service}/sheets/{name}', { service, name }), {
      method: 'POST',
      body: { blob, dry_run: dryRun },
      headers: { 'Idempotency-Key': key },
    }),
  notices: (query: Asked<'/api/v1/notices'>) => get('/api/v1/notices', {}, query),
  readNotices: (body: { notices?: string[]; upto?: string; all?: boolean }) =>
    call<{ unread: number }>(to('/api/v1/notices/read', {}), { method: 'POST', body }),
  noticeSettings: () => get('/api/v1/notices/settings', {}),
  deliveries: (query: Asked<'/api/v1/deliveries'>) => get('/api/v1/deliveries', {}, query),
  deadLetters: (service: string, discarded: boolean) => api.route<DeadLetterPage>(service, '/dead-letters', discarded ? { discarded } : {}),
  rebuilds: (service: string) => api.route<RebuildPage>(service, '/rebuilds'),
  blobAddress: (service: string, sha256: string) => address(to('/api/v1/services/{service}/blobs/{sha256}', { service, sha256 })),
}
