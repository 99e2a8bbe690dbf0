/** A page that stays open for weeks: whatever it holds is bounded, and a dead line is opened anew. */
import { defineComponent, nextTick, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEAD_MS, STALE_MS, Stream } from '../src/api/stream'
import type { Matter, Step, StreamMessage } from '../src/api/types'
import { lateOf } from '../src/overview/late'
import { useRotation } from '../src/overview/rotation'
import { useFigures } from '../src/overview/figures'
import { useRenewal } from '../src/overview/renewal'
import { applyBatch, bound, type Held, keyOf } from '../src/store/batch'
import { domainNow, setClock } from '../src/store/clock'
import { heardBuild, updated } from '../src/store/line'
import { FEW, liveState, matters, MOST_HELD, onRefetch, releaseLive, startLive, steps, stopLive, version } from '../src/store/live'
import { dismiss, toast, toasts } from '../src/store/toast'
import { mount } from './mount'

/** A screen that runs `use` and draws what `shows` says. */
const screen = (use: () => void, shows: () => string = () => '') =>
  mount(defineComponent({ emits: ['pick', 'update:modelValue'], setup: () => (use(), () => shows()) }), {})

/** What a browser gives a page to hear a stream by, in the hands of the test. */
class Source {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 2
  static all: Source[] = []
  static get last(): Source {
    return Source.all.at(-1)!
  }
  static get alive(): number {
    return Source.all.filter((s) => s.readyState !== Source.CLOSED).length
  }
  readyState = Source.CONNECTING
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readonly heard = new Map<string, (event: unknown) => void>()
  constructor(readonly url: string) {
    Source.all = [...Source.all.filter((s) => s.readyState !== Source.CLOSED), this]
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.heard.set(name, listener)
  }
  close(): void {
    this.readyState = Source.CLOSED
  }
  open(): void {
    this.readyState = Source.OPEN
    this.onopen?.()
  }
  refuse(): void {
    this.readyState = Source.CLOSED
    this.onerror?.()
  }
  say(name: string, data: unknown, lastEventId = ''): void {
    this.heard.get(name)!({ data: JSON.stringify(data), lastEventId })
  }
}

const AT = Date.parse('2026-11-23T02:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
const [OPENED, OVER, LATER] = [iso(AT), iso(AT - 3_600_000), iso(AT + 90 * 3_600_000)]
const matter = (n: number, v: number, open: boolean): Matter => ({
  source: '/s/one', service: 'one', kind: 'thing', id: `m${n}`, number: `M${n}`, version: v, title: `Matter ${n}`, category: '', status: open ? 'A' : 'Z', open,
  opened_at: OPENED, closed_at: null, due_at: n % 7 === 0 ? OVER : LATER, soon_at: null, due_status: 'running', clock: '', provisional: false, limit: '', area: 'x1', place: {},
  lead_unit: '', units: [], flags: [], updated_at: '',
})
const step = (n: number): Step => ({
  id: `/s/one e-${n}`, source: '/s/one', service: 'one', position: n, time: iso(AT), type: '', move: 'm', unit: '', detail: '', params: {}, area: 'x1',
  matter: { source: '/s/one', service: 'one', kind: 'thing', id: `m${n}` },
})
const still = () => Promise.resolve(true)
const overview = (late: Matter[] = []) => ({ as_of: iso(Date.now()), feed: 'e-1', area: '', totals: {}, kinds: [], kpis: [], areas: [], late, recent: [], stages: [], classes: [], hours: [], maps: [], rankings: [] })

beforeEach(() => {
  vi.useFakeTimers({ now: AT })
  setClock(iso(AT), 1)
  Source.all = []
  vi.stubGlobal('EventSource', Source)
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(JSON.stringify(overview())))))
  sessionStorage.clear()
})
afterEach(() => {
  stopLive()
  updated.value = false
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** The n-th change: 20,000 matters are in use at a time, older ones make way for new ones, a third is closed. */
const changed = (n: number): Matter => matter(Math.floor(n / 5) + ((n * 7919) % 20_000), n, n % 3 > 0)
/** So many changes by the stream. */
function churn(events: number): void {
  for (let n = 0; n < events; n++) {
    Source.last.say('matter', changed(n), `e-${n}`)
    if (n % 10 === 0) Source.last.say('step', step(n), `e-${n}`)
    if (n % 1000 === 999) vi.advanceTimersByTime(300)
  }
  vi.advanceTimersByTime(300)
}

describe('half a million events', () => {
  it('leave a board with what it may hold, the latest of it', () => {
    const held: Held = { matters: new Map(), steps: [], services: new Map() }
    let most = 0
    for (let n = 0; n < 500_000; n += 50) {
      const batch = Array.from({ length: 50 }, (_, i): StreamMessage => ({ event: 'matter', feed: '', data: changed(n + i) }))
      applyBatch(held, [...batch, { event: 'step', feed: '', data: step(n) }])
      bound(held.matters, MOST_HELD)
      most = Math.max(most, held.matters.size)
    }
    expect(most).toBeLessThanOrEqual(MOST_HELD)
    expect(held.matters.size).toBeGreaterThanOrEqual(MOST_HELD * 0.8)
    expect(held.matters.get(keyOf(changed(499_999)))!.version).toBe(499_999)
    expect(held.steps).toHaveLength(60)
  }, 120_000)
  it('come the whole way from the stream', () => {
    startLive(still)
    Source.last.open()
    releaseLive()
    churn(20_000)
    expect(matters.value.get(keyOf(changed(19_999)))!.version).toBe(19_999)
    expect(steps.value).toHaveLength(60)
  })
  it('leave a board of nothing but open matters bounded as well', () => {
    startLive(still)
    Source.last.open()
    releaseLive()
    for (let n = 0; n < MOST_HELD + 5_000; n++) Source.last.say('matter', matter(n, 1, true))
    vi.advanceTimersByTime(300)
    expect(matters.value.size).toBeLessThanOrEqual(MOST_HELD)
    expect(matters.value.has(keyOf(matter(MOST_HELD + 4_999, 1, true)))).toBe(true)
  })
  it('leave a wall with little, and no candidate for its late list that is not late', async () => {
    startLive(still)
    Source.last.open()
    releaseLive()
    let late: { value: Matter[] } | undefined
    const page = await screen(() => (late = useFigures(ref('')).late), () => `${version.value} ${late!.value.length}`)
    for (let round = 0; round < 20; round++) {
      churn(1_000)
      await nextTick()
    }
    expect(matters.value.size).toBeLessThanOrEqual(FEW)
    expect(late!.value.length).toBe(20)
    page.close()
  })
})

describe('the late list', () => {
  it('forgets candidates that are gone, done or in time', () => {
    const held = new Map([matter(7, 1, true), matter(8, 1, true), matter(14, 1, false)].map((m) => [keyOf(m), m]))
    const candidates = new Set([...held.keys(), 'gone'])
    expect(lateOf(candidates, held, AT, () => true).map((m) => m.id)).toEqual(['m7'])
    expect([...candidates]).toEqual([keyOf(matter(7, 1, true))])
    expect(lateOf(candidates, held, AT, () => false)).toEqual([])
    expect(candidates.size).toBe(1)
  })
})

describe('the figures of a wall', () => {
  it('come from a server that is slower than events are', async () => {
    let answer: ((r: Response) => void) | undefined
    let cut = 0
    vi.stubGlobal('fetch', vi.fn((_: string, { signal }: RequestInit) => {
      signal!.addEventListener('abort', () => cut++)
      return new Promise<Response>((go) => (answer = go))
    }))
    startLive(still)
    Source.last.open()
    releaseLive()
    let whole: { value: unknown } | undefined
    const page = await screen(() => (whole = useFigures(ref('')).whole))
    for (let n = 0; n < 40; n++) {
      Source.last.say('matter', matter(n, 1, true))
      await vi.advanceTimersByTimeAsync(300)
    }
    expect([fetch, cut].map((x) => (typeof x === 'number' ? x : vi.mocked(x).mock.calls.length))).toEqual([1, 0])
    answer!(new Response(JSON.stringify(overview())))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(whole!.value).toBeTruthy()
    expect(vi.mocked(fetch)).toHaveBeenCalledTimes(2)
    page.close()
  })
  it.each([0, 15_000])('say so when no answer comes at all, whether it turns (every %i ms) or not', async (turns) => {
    vi.stubGlobal('fetch', vi.fn(() => new Promise(() => {})))
    const area = ref('')
    let failure: { value: string } | undefined
    const page = await screen(() => (failure = useFigures(area).failure))
    const timer = turns ? setInterval(() => (area.value = area.value ? '' : 'x1'), turns) : undefined
    await vi.advanceTimersByTimeAsync(40_000)
    expect(failure!.value).toBe('')
    await vi.advanceTimersByTimeAsync(15_000)
    expect(failure!.value).not.toBe('')
    page.close()
    clearInterval(timer)
    const asked = vi.mocked(fetch).mock.calls.length
    await vi.advanceTimersByTimeAsync(120_000)
    expect(vi.mocked(fetch).mock.calls.length).toBe(asked)
  })
})

describe('ten thousand turns', () => {
  it('go round and leave no timer behind', async () => {
    const before = vi.getTimerCount()
    const seen = new Map<string, number>()
    let turning: ReturnType<typeof useRotation> | undefined
    const areas = ref(['a', 'b', 'c'].map((code) => ({ code, late: 0, open: 1 })))
    const page = await screen(() => (turning = useRotation(ref(true), areas)), () => turning!.focus.value)
    for (let n = 0; n < 10_000; n++) {
      vi.advanceTimersByTime(15_000)
      seen.set(turning!.focus.value, (seen.get(turning!.focus.value) ?? 0) + 1)
    }
    expect([...seen.entries()].sort()).toEqual([['', 2500], ['a', 2500], ['b', 2500], ['c', 2500]])
    expect(turning!.beat.value).toBe(10_000)
    // A clock that is put back by a day while a touch holds the wall holds it no longer than the touch does.
    turning!.hold()
    vi.setSystemTime(Date.now() - 86_400_000)
    vi.advanceTimersByTime(120_000)
    expect(turning!.beat.value).toBeGreaterThan(10_000)
    page.close()
    expect(vi.getTimerCount()).toBe(before)
  })
  it('and ten thousand words in the corner leave none', () => {
    for (let n = 0; n < 10_000; n++) {
      toast(`n ${n}`)
      expect(toasts.value.length).toBeLessThanOrEqual(4)
      vi.advanceTimersByTime(500)
    }
    vi.advanceTimersByTime(10_000)
    expect(toasts.value).toEqual([])
    dismiss(1)
  })
})

describe('two thousand lost lines', () => {
  it('leave one, which goes on where the last one stood', async () => {
    const states: string[] = []
    const stream = new Stream({ message: () => {}, state: (s) => states.push(s), closed: still })
    const timers = vi.getTimerCount()
    stream.start()
    for (let n = 0; n < 2_000; n++) {
      Source.last.open()
      Source.last.say('tick', { as_of: iso(Date.now()), feed: `e-${n}` }, `e-${n}`)
      Source.last.refuse()
      await vi.advanceTimersByTimeAsync(1_100)
      expect(Source.alive).toBe(1)
      expect(Source.last.url).toContain(`from=e-${n}`)
    }
    expect(vi.getTimerCount()).toBeLessThanOrEqual(timers + 1)
    stream.stop()
    expect(Source.alive).toBe(0)
    expect(vi.getTimerCount()).toBe(timers)
    expect(new Set(states)).toEqual(new Set(['connecting', 'live', 'reconnecting', 'off']))
  })
})

describe('a gateway that comes back with another feed', () => {
  it('makes the page throw away what it held, ask anew and go on in the new feed', async () => {
    startLive(still)
    Source.last.open()
    releaseLive()
    Source.last.say('matter', matter(1, 1, true), 'old-7')
    vi.advanceTimersByTime(300)
    const again = vi.fn()
    const stop = onRefetch(again)
    Source.last.refuse()
    await vi.advanceTimersByTimeAsync(1_100)
    expect(Source.last.url).toContain('from=old-7')
    Source.last.open()
    Source.last.say('clock', { as_of: iso(AT), rate: 1, build: '' })
    Source.last.say('reset', { feed: 'new-3', as_of: iso(AT) }, 'new-3')
    Source.last.say('matter', matter(2, 1, true), 'new-4')
    vi.advanceTimersByTime(300)
    expect([...matters.value.values()].map((m) => m.id)).toEqual(['m2'])
    expect(again).toHaveBeenCalledTimes(1)
    Source.last.refuse()
    await vi.advanceTimersByTimeAsync(1_100)
    expect(Source.last.url).toContain('from=new-4')
    stop()
  })
})

describe('a line that says nothing', () => {
  const opened = () => {
    const states: string[] = []
    const stream = new Stream({ message: () => {}, state: (s) => s !== states.at(-1) && states.push(s), closed: still })
    stream.start()
    Source.last.open()
    Source.last.say('tick', { as_of: iso(Date.now()), feed: 'e-5' }, 'e-5')
    return { states, stream }
  }
  it('is stale, then taken for dead and opened anew, again and again', () => {
    const { states, stream } = opened()
    vi.advanceTimersByTime(STALE_MS + 2_000)
    expect(states.at(-1)).toBe('stale')
    const before = Source.last
    vi.advanceTimersByTime(DEAD_MS - STALE_MS)
    expect(Source.last).not.toBe(before)
    expect(before.readyState).toBe(Source.CLOSED)
    expect(states.at(-1)).toBe('reconnecting')
    const second = Source.last // never even connects
    vi.advanceTimersByTime(DEAD_MS + 2_000)
    expect(Source.last).not.toBe(second)
    Source.last.open()
    expect(states.at(-1)).toBe('live')
    expect(Source.alive).toBe(1)
    stream.stop()
  })
  it('is opened anew at once when the device wakes from an hour of sleep', () => {
    const { stream } = opened()
    const before = Source.last
    vi.setSystemTime(Date.now() + 3_600_000) // asleep no timer fires; the clock went on
    vi.advanceTimersByTime(1_000)
    expect(Source.last).not.toBe(before)
    expect(Source.last.url).toContain('from=e-5')
    stream.stop()
  })
  it('is noticed as well after the clock was put back', () => {
    const { states, stream } = opened()
    vi.setSystemTime(Date.now() - 86_400_000)
    vi.advanceTimersByTime(STALE_MS + 2_000)
    expect(states.at(-1)).toBe('stale')
    stream.stop()
  })
})

describe('the domain clock', () => {
  it('is taken again from the first words of a new line when the device’s was wrong', () => {
    startLive(still)
    Source.last.open()
    releaseLive()
    Source.last.say('clock', { as_of: iso(AT), rate: 1 })
    vi.advanceTimersByTime(300)
    vi.setSystemTime(Date.now() + 7_200_000) // somebody put it two hours on
    vi.advanceTimersByTime(1_000)
    Source.last.open()
    Source.last.say('clock', { as_of: iso(AT + 1_300), rate: 1 })
    vi.advanceTimersByTime(300)
    expect(Math.abs(domainNow() - (AT + 1_300))).toBeLessThan(1_000)
    expect(liveState.value).toBe('live')
  })
})

describe('a newer build of the page', () => {
  it('is learnt from the stream and loaded by a wall that nobody touches, once', async () => {
    startLive(still)
    Source.last.open()
    const reload = vi.fn()
    const wall = ref(true)
    const page = await screen(() => useRenewal(wall, reload))
    const rest = async (ms: number) => {
      for (let t = 0; t < ms; t += 5_000) {
        Source.last.say('tick', { as_of: iso(Date.now()), feed: 'e-1' })
        await vi.advanceTimersByTimeAsync(5_000)
      }
    }
    heardBuild(undefined)
    heardBuild('aaaaaaaaaaaa') // this page does not know its own build, as in development
    await rest(60_000)
    expect(updated.value).toBe(false)
    updated.value = true
    window.dispatchEvent(new Event('pointerdown'))
    await rest(20_000)
    expect(reload).not.toHaveBeenCalled()
    wall.value = false
    await rest(60_000)
    expect(reload).not.toHaveBeenCalled()
    wall.value = true
    await rest(60_000)
    expect(reload).toHaveBeenCalledTimes(1)
    page.close()
  })
})
