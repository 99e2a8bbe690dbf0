import { beforeEach, describe, expect, it } from 'vitest'
import type { Matter, ServiceState, Step, StreamMessage } from '../src/api/types'
import { applyBatch, type Held, keyOf, TICKER, upsert } from '../src/store/batch'

const matter = (id: string, version: number, more: Partial<Matter> = {}): Matter => ({
  source: '/s/one', service: 'one', kind: 'thing', id, number: id, version, title: id, category: '', status: 'A', open: true,
  opened_at: null, closed_at: null, due_at: null, soon_at: null, due_status: 'none', clock: '', provisional: false, limit: '', area: '', place: {},
  lead_unit: '', units: [], flags: [], updated_at: '', ...more,
})
const step = (n: number): Step => ({
  id: `/s/one e-${n}`, source: '/s/one', service: 'one', position: n, time: '', type: '', move: 'm', unit: '', detail: '', params: {}, area: '',
  matter: { source: '/s/one', service: 'one', kind: 'thing', id: 'a' },
})
const service = (version: string, hash: string): ServiceState => ({
  service: 'one', scope: 's', source: '/s/one', title: { zh: '', en: '' }, version, state: 'present', lag: 0, head: 1, since: '', manifest_hash: hash,
})
const message = <E extends StreamMessage['event']>(event: E, data: Extract<StreamMessage, { event: E }>['data'], feed = ''): StreamMessage =>
  ({ event, data, feed }) as StreamMessage

let held: Held
beforeEach(() => {
  held = { matters: new Map(), steps: [], services: new Map() }
})

describe('matters', () => {
  it('keep the highest version, in whatever order they come', () => {
    const out = applyBatch(held, [message('matter', matter('a', 3, { status: 'C' })), message('matter', matter('a', 2, { status: 'B' }))])
    expect(held.matters.get(keyOf(matter('a', 0)))!.status).toBe('C')
    expect(out.matters.map((m) => m.version)).toEqual([3])
  })
  it('from a snapshot never overwrite what the stream brought meanwhile', () => {
    applyBatch(held, [message('matter', matter('a', 5))])
    expect(upsert(held.matters, matter('a', 4))).toBe(false)
    expect(held.matters.get(keyOf(matter('a', 0)))!.version).toBe(5)
  })
  it('are reported once per batch, and not when nothing changed', () => {
    const out = applyBatch(held, [message('matter', matter('a', 1)), message('matter', matter('a', 2)), message('matter', matter('b', 1))])
    expect(out.matters.map((m) => `${m.id}${m.version}`)).toEqual(['a2', 'b1'])
    expect(applyBatch(held, [message('matter', matter('b', 1))]).matters).toEqual([])
  })
  it('of two services with the same id are two matters', () => {
    applyBatch(held, [message('matter', matter('a', 1)), message('matter', matter('a', 1, { source: '/s/two' }))])
    expect(held.matters.size).toBe(2)
  })
})

describe('a matter this viewer may not read any more', () => {
  it('leaves with its steps, and nothing else does', () => {
    applyBatch(held, [message('matter', matter('a', 1)), message('matter', matter('b', 1)), message('step', step(1))])
    const out = applyBatch(held, [message('matter', matter('a', 2)), message('gone', matter('a', 0))])
    expect([...held.matters.values()].map((m) => m.id)).toEqual(['b'])
    expect(held.steps).toEqual([])
    expect(out.matters).toEqual([])
    expect(out.gone).toEqual([keyOf(matter('a', 0))])
  })
  it('is back once it may be read again', () => {
    applyBatch(held, [message('gone', matter('a', 0)), message('matter', matter('a', 3))])
    expect(held.matters.get(keyOf(matter('a', 0)))!.version).toBe(3)
  })
})

describe('the ticker', () => {
  it('is newest first, without doubles, and bounded', () => {
    applyBatch(held, [message('step', step(1)), message('step', step(2)), message('step', step(2))])
    const out = applyBatch(held, [message('step', step(2)), message('step', step(3))])
    expect(held.steps.map((s) => s.position)).toEqual([3, 2, 1])
    expect(out.steps.map((s) => s.position)).toEqual([3])
    applyBatch(held, Array.from({ length: 200 }, (_, i) => message('step', step(10 + i))))
    expect(held.steps.length).toBe(TICKER)
    expect(held.steps[0]!.position).toBe(209)
  })
})

describe('everything else', () => {
  it('a new or updated service asks for manifests, a mere change of state does not', () => {
    expect(applyBatch(held, [message('service', service('1', 'h'))]).manifests).toBe(true)
    const same = applyBatch(held, [message('service', { ...service('1', 'h'), state: 'absent' })])
    expect([same.services, same.manifests]).toEqual([true, false])
    expect(applyBatch(held, [message('service', service('1', 'h2'))]).manifests).toBe(true)
  })
  it('a reset forgets what came before it and keeps what comes after', () => {
    applyBatch(held, [message('matter', matter('a', 9)), message('step', step(1))])
    const out = applyBatch(held, [
      message('matter', matter('a', 10)),
      message('reset', { feed: 'f-1', as_of: '2026-01-01T00:00:00Z' }, 'f-1'),
      message('matter', matter('a', 1), 'f-2'),
    ])
    expect(out.reset).toBe(true)
    expect(out.matters.map((m) => m.version)).toEqual([1])
    expect(held.steps).toEqual([])
    expect(out.feed).toBe('f-2')
  })
  it('ticks carry the time, clock events the pace as well', () => {
    expect(applyBatch(held, [message('tick', { as_of: 'T', feed: 'x' })]).clock).toEqual({ as_of: 'T', rate: null })
    const out = applyBatch(held, [message('clock', { as_of: 'T', rate: 60 }), message('tick', { as_of: 'U', feed: 'x' })])
    expect(out.clock).toEqual({ as_of: 'U', rate: 60 })
  })
  it('registry changes say whether shapes changed', () => {
    const out = applyBatch(held, [message('registry', { kinds: ['unit'], geometry: false }), message('registry', { kinds: ['area'], geometry: true })])
    expect([out.registry, out.geometry]).toEqual([true, true])
  })
})
