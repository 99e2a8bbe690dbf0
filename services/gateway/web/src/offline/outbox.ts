/** What waits on this phone: stored first, then sent, files before the command, each under its own key, exactly once. */
import { shallowRef } from 'vue'
import { api, Problem } from '../api/client'
import type { BlobRef, DoAnswer, Text } from '../api/types'
import { upload } from '../api/upload'
import { mediaOf, nextOf, outcomeOf, refsIn, standsAt, tried, unreferenced, type Waiting, wakeAt } from '../lib/queue'
import { sha256, uuid } from '../lib/sha256'
import { refusedCount, waitingCount } from '../store/line'
import { session } from '../store/session'
import { actionOf } from '../store/world'
import * as db from './db'

/** Newest last; of the signed-in account only. */
export const items = shallowRef<Waiting[]>([])
export const sending = shallowRef('')
const MOST_SETTLED = 20
const SETTLED_MS = 3 * 24 * 3600_000

interface HeldFile {
  account: string
  service: string
  sha256: string
  type: string
  bytes: ArrayBuffer
  at: number
}
type Settled = (item: Waiting) => void
let onSettled: Settled = () => {}
let renew: () => Promise<boolean> = () => Promise.resolve(false)
let timer: number | undefined

const me = (): string => session.value?.account.id ?? ''

function show(list: Waiting[]): void {
  items.value = list
  waitingCount.value = list.filter((x) => x.state === 'waiting').length
  refusedCount.value = list.filter((x) => x.state === 'refused').length
}

/** Reads what this account left here; other tabs may have settled some of it. */
export async function load(): Promise<void> {
  const account = me()
  const list = account ? (await db.ofAccount<Waiting>('items', account)).sort((a, b) => a.at - b.at) : []
  const settled = list.filter((x) => x.state === 'sent').reverse()
  const old = settled.filter((x, i) => i >= MOST_SETTLED || Date.now() - x.settledAt > SETTLED_MS)
  for (const x of old) await db.remove('items', x.id)
  if (account === me()) show(list.filter((x) => !old.includes(x)))
}

export function begin(options: { settled: Settled; renew: () => Promise<boolean> }): void {
  onSettled = options.settled
  renew = options.renew
}
export function end(): void {
  window.clearTimeout(timer)
  show([])
}

async function save(item: Waiting): Promise<void> {
  await db.put('items', item)
  if (item.account === me()) show([...items.value.filter((x) => x.id !== item.id), item].sort((a, b) => a.at - b.at))
}

// --- files ------------------------------------------------------------------------------------------------------------

/** Keeps a file here and answers the reference it will have at the server. */
export async function hold(service: string, file: Blob): Promise<BlobRef> {
  const bytes = await file.arrayBuffer()
  const view = new Uint8Array(bytes)
  const ref = { sha256: await sha256(view), size: view.length, media_type: mediaOf(view.subarray(0, 16)) || file.type }
  await db.put('files', { account: me(), service, sha256: ref.sha256, type: ref.media_type, bytes, at: Date.now() } satisfies HeldFile)
  return ref
}
export async function heldFile(service: string, sha: string): Promise<Blob | null> {
  const found = await db.get<HeldFile>('files', [me(), service, sha]).catch(() => undefined)
  return found ? new Blob([found.bytes], { type: found.type }) : null
}
/** Sends the files of a body that are still here. Raises Problem. */
export async function sendFiles(service: string, body: unknown): Promise<void> {
  for (const ref of refsIn(body)) {
    const file = await heldFile(service, ref.sha256)
    if (file) await upload(service, file, () => {})
  }
}
async function dropFiles(item: Waiting): Promise<void> {
  for (const sha of unreferenced(items.value, item)) await db.remove('files', [item.account, item.service, sha])
}

/** Photos of forms that were never handed in do not stay for ever. */
export async function sweep(): Promise<void> {
  const needed = new Set(items.value.filter((x) => x.state !== 'sent').flatMap((x) => refsIn(x.body).map((r) => r.sha256)))
  for (const file of await db.ofAccount<HeldFile>('files', me()))
    if (!needed.has(file.sha256) && Date.now() - file.at > 24 * 3600_000) await db.remove('files', [file.account, file.service, file.sha256])
}

// --- commands ---------------------------------------------------------------------------------------------------------

export interface Filled {
  service: string
  action: string
  title: Text
  subtitle?: string
  body: Record<string, unknown>
  /** The key it may already have been sent with. */
  key: string
  /** The refused one that was mended: it takes that one's place in the order. */
  mends?: string
}

/** Puts a command by and tries to send it. Raises when this browser cannot keep anything. */
export async function put(filled: Filled): Promise<void> {
  const action = actionOf(filled.service, filled.action)
  const matter = action?.matter_field ? String(filled.body[action.matter_field] ?? '') : ''
  await save({
    id: uuid(),
    account: me(),
    service: filled.service,
    action: filled.action,
    title: filled.title,
    subtitle: filled.subtitle ?? '',
    // A form's values are reactive proxies, which no store takes.
    body: JSON.parse(JSON.stringify(filled.body)) as Record<string, unknown>,
    key: filled.key,
    lane: matter && `${filled.service}|${action?.kind ?? ''}|${matter}`,
    at: standsAt(items.value, filled.mends, Date.now()),
    state: 'waiting',
    tries: 0,
    notBefore: 0,
    said: '',
    errors: [],
    matter: null,
    settledAt: 0,
  })
  void flush()
}

/** Gives one up, or clears a settled one from the list. */
export async function discard(id: string): Promise<void> {
  const item = items.value.find((x) => x.id === id)
  if (!item) return
  await db.remove('items', id)
  await dropFiles(item)
  show(items.value.filter((x) => x.id !== id))
  void flush()
}

/** Everything of this account leaves this phone: what was kept, what waits, its files. */
export async function wipe(): Promise<void> {
  for (const store of ['items', 'files', 'kept'] as const) await db.clear(store, me(), 'own')
  show([])
}

async function deliver(item: Waiting): Promise<boolean> {
  const now = Date.now()
  const trying = tried(item, now)
  await save(trying)
  sending.value = item.id
  let status = 200
  let problem: Problem | null = null
  let answer: DoAnswer | null = null
  try {
    await sendFiles(item.service, item.body)
    answer = await api.act(item.service, item.action, item.body, item.key)
  } catch (error) {
    problem = error instanceof Problem ? error : new Problem(0, { title: String(error) })
    status = problem.status
  } finally {
    sending.value = ''
  }
  // Cleared off this phone while it was on its way: no trace of it comes back.
  if (!(await db.get('items', item.id))) return true
  const outcome = outcomeOf(status, problem?.rule)
  if (outcome === 'sent') {
    const done: Waiting = { ...trying, state: 'sent', said: answer?.matter?.number ?? '', errors: [], matter: answer?.matter ?? null, settledAt: Date.now() }
    await save(done)
    await dropFiles(done)
    onSettled(done)
    return true
  }
  if (outcome === 'refused') {
    const refused: Waiting = { ...trying, state: 'refused', said: problem?.message ?? '', errors: problem?.fields ?? [], settledAt: Date.now() }
    await save(refused)
    onSettled(refused)
    return true
  }
  // No answer: perhaps it was carried out. The same key asks again and is answered as the first time.
  if (status === 403 && (await renew())) await save({ ...trying, notBefore: Date.now() })
  else await save({ ...trying, said: problem?.lost ? '' : (problem?.message ?? '') })
  return status >= 500 || status === 429
}

let running = false
/** Sends what may go, oldest first. `now`: whatever the waits say, for somebody pressed the button or the line is back. */
export async function flush(now = false): Promise<void> {
  if (running || !me()) return
  running = true
  try {
    const locks = (navigator as Navigator & { locks?: LockManager }).locks
    if (locks) await locks.request('shuniu.outbox', { ifAvailable: true }, (lock) => (lock ? work(now) : undefined))
    else await work(now)
  } catch {
    /* the store is away: the next wake-up tries again */
  } finally {
    running = false
    wake()
  }
}

async function work(now: boolean): Promise<void> {
  await load()
  if (now) for (const x of items.value) if (x.state === 'waiting' && x.notBefore) await save({ ...x, notBefore: 0 })
  if (!session.value?.csrf && nextOf(items.value, me(), Date.now()) && !(await renew())) {
    const at = Date.now() + 5_000
    for (const x of items.value) if (x.state === 'waiting' && x.notBefore < at) await save({ ...x, notBefore: at })
    return
  }
  for (;;) {
    const account = me()
    const next = account ? nextOf(items.value, account, Date.now()) : null
    if (!next || !(await deliver(next))) return
  }
}

function wake(): void {
  window.clearTimeout(timer)
  const at = me() ? wakeAt(items.value, me()) : null
  if (at !== null) timer = window.setTimeout(() => void flush(), Math.max(500, at - Date.now()))
}
