/**
 * What the page holds of the world: matters, ticker, services. The stream feeds it in batches; screens read it through
 * `version` (one reactive tick per batch) and ask again for server-made figures through {@link onRefetch}.
 */
import { ref, shallowRef, triggerRef } from 'vue'
import { type LiveState, Stream } from '../api/stream'
import type { Matter, Step, StreamMessage } from '../api/types'
import { lightOf } from '../lib/due'
import { type Changes, applyBatch, bound, type Held, keyOf, upsert } from './batch'
import { domainNow, setClock } from './clock'
import { heardBuild } from './line'
import { ring, silence } from './notices'
import { reloadAreas, reloadView, services } from './world'

export const BATCH_MS = 250
/** More than this is forgotten, so that a page may stay open for weeks: what was not heard of for longest, closed first. */
export const MOST_HELD = 30_000
/** So much is held for screens whose lists come from the server. */
export const FEW = 2_000

const held: Held = { matters: new Map(), steps: [], services: services.value }

/** Bumped once per applied batch. */
export const version = ref(0)
export const steps = shallowRef<Step[]>([])
export const matters = shallowRef(held.matters)
export const liveState = ref<LiveState>('off')
/** When the stream last said anything, by the domain clock; not finer than a second. */
export const heardAt = ref(Date.now())
/** The latest matter that went red, for a polite announcement. */
export const newLate = shallowRef<Matter | null>(null)

type Listener = (changes: Changes) => void
let few = 0
const listeners = new Set<Listener>()
const refetchers = new Set<() => void>()

let queue: StreamMessage[] = []
let timer: number | undefined
let ready = false

/** Called after every batch with what it changed. Answers the way to stop. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Called when everything held was thrown away (a reset, a long absence): take a fresh snapshot. */
export function onRefetch(again: () => void): () => void {
  refetchers.add(again)
  return () => refetchers.delete(again)
}

/** What screens hold is asked again: the line was away. */
export function refetch(): void {
  for (const again of refetchers) again()
}

/** Puts a snapshot's matters in; older versions than those the stream brought meanwhile are dropped. */
export function take(items: readonly Matter[]): void {
  for (const matter of items) upsert(held.matters, matter)
  version.value++
}

export function seedSteps(items: readonly Step[]): void {
  const known = new Set(held.steps.map((s) => s.id))
  const merged = held.steps.concat(items.filter((s) => !known.has(s.id)))
  merged.sort((a, b) => Date.parse(b.time) - Date.parse(a.time))
  held.steps = merged.slice(0, 60)
  steps.value = held.steps
}

export const find = (source: string, kind: string, id: string): Matter | undefined =>
  held.matters.get(keyOf({ source, kind, id }))

/** A screen that lists nothing out of what is held: little is kept while it is shown. Answers the way to stop. */
export function holdFew(): () => void {
  few++
  return () => few--
}

function flush(): void {
  timer = undefined
  if (!ready || queue.length === 0) return
  const batch = queue
  queue = []
  const now = domainNow()
  const before = new Map(
    batch.flatMap((m) => {
      if (m.event !== 'matter') return []
      const old = held.matters.get(keyOf(m.data))
      return old ? [[keyOf(old), lightOf(old, now)] as const] : []
    }),
  )
  const changes = applyBatch(held, batch)
  if (changes.clock) setClock(changes.clock.as_of, changes.clock.rate)
  for (const matter of changes.matters) {
    const was = before.get(keyOf(matter))
    if (matter.due_status === 'late' && was && was !== 'late') newLate.value = matter
  }
  bound(held.matters, few ? FEW : MOST_HELD)
  if (changes.steps.length || changes.reset) steps.value = held.steps
  if (changes.services) triggerRef(services)
  if (changes.manifests) void reloadView()
  if (changes.registry) void reloadAreas(changes.geometry)
  version.value++
  for (const listener of listeners) listener(changes)
  if (changes.reset) refetch()
}

function push(message: StreamMessage): void {
  const at = domainNow()
  if (Math.abs(at - heardAt.value) >= 1000) heardAt.value = at
  if (message.event === 'notice') return ring(message.data)
  if (message.event === 'clock') heardBuild(message.data.build)
  queue.push(message)
  timer ??= window.setTimeout(() => requestAnimationFrame(flush), BATCH_MS)
}

let wasOff = false
let stream: Stream | null = null

/** Opens the stream first and buffers; {@link releaseLive} lets the buffer in once the snapshot is there. */
export function startLive(signedIn: () => Promise<boolean>): void {
  ready = false
  stream ??= new Stream({
    message: push,
    state: (state) => {
      // Coming back after the tab was hidden: the stream resumes by feed id, server-made figures are asked again.
      if (state === 'off') wasOff = true
      else if (state === 'live' && wasOff) {
        wasOff = false
        if (ready) refetch()
      }
      liveState.value = state
    },
    closed: signedIn,
  })
  wasOff = false
  stream.start()
}

export function releaseLive(): void {
  ready = true
  if (queue.length) push(queue.pop()!)
}

export function stopLive(): void {
  stream?.stop()
  ready = false
  queue = []
  held.matters.clear()
  held.steps = []
  steps.value = []
  silence()
}
