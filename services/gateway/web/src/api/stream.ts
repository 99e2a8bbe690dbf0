/** One event stream for the page: opens, notices silence, resumes after the last feed id, closes while hidden. */
import { address } from './client'
import type { StreamMessage } from './types'

export type LiveState = 'off' | 'connecting' | 'live' | 'reconnecting' | 'stale'

export const STALE_MS = 15_000
/** After so long without a word a line is taken for dead, whatever the browser says of it: it is opened anew. */
export const DEAD_MS = 35_000
export const HIDDEN_MS = 60_000
const NAMES = ['matter', 'step', 'gone', 'service', 'registry', 'clock', 'tick', 'reset', 'notice'] as const

interface Hooks {
  message: (message: StreamMessage) => void
  state: (state: LiveState) => void
  /** The stream could not resume by itself (server closed it): check the session before the next try. */
  closed: () => Promise<boolean>
}

export class Stream {
  private source: EventSource | null = null
  private last = ''
  /** By the device's clock, which goes on while it sleeps, and by one that nobody sets. */
  private heard = [0, 0]
  private watch: number | undefined
  private retry: number | undefined
  private hide: number | undefined
  private tries = 0
  private wanted = false

  constructor(private readonly hooks: Hooks) {
    document.addEventListener('visibilitychange', this.visibility)
  }

  start(from = ''): void {
    this.wanted = true
    if (from) this.last = from
    this.open()
    this.watch ??= window.setInterval(() => {
      const silent = Math.max(Date.now() - this.heard[0]!, performance.now() - this.heard[1]!)
      if (!this.source || silent <= STALE_MS) return
      if (silent > DEAD_MS) this.open()
      else if (this.source.readyState === EventSource.OPEN) this.hooks.state('stale')
    }, 1000)
  }

  stop(): void {
    this.wanted = false
    this.close()
    window.clearInterval(this.watch)
    this.watch = undefined
    this.hooks.state('off')
  }

  private close(): void {
    window.clearTimeout(this.retry)
    this.source?.close()
    this.source = null
  }

  private word(): void {
    this.heard = [Date.now(), performance.now()]
  }

  private open(): void {
    this.close()
    this.word()
    this.hooks.state(this.last ? 'reconnecting' : 'connecting')
    const source = new EventSource(address('stream', { from: this.last }))
    this.source = source
    source.onopen = () => {
      this.word()
      this.tries = 0
      this.hooks.state('live')
    }
    source.onerror = () => {
      if (this.source !== source) return
      this.hooks.state('reconnecting')
      // The browser resumes on its own unless the server refused; then we ask whether the session still holds.
      if (source.readyState === EventSource.CLOSED) void this.again()
    }
    for (const name of NAMES)
      source.addEventListener(name, (event) => {
        const e = event as MessageEvent<string>
        this.word()
        this.hooks.state('live')
        if (e.lastEventId) this.last = e.lastEventId
        try {
          this.hooks.message({ event: name, feed: e.lastEventId, data: JSON.parse(e.data) } as StreamMessage)
        } catch {
          /* a message that is no JSON is not ours to show; the next snapshot heals it */
        }
      })
  }

  private async again(): Promise<void> {
    this.source = null
    const wait = Math.min(15_000, 1000 * 2 ** this.tries++)
    this.retry = window.setTimeout(async () => {
      if (!this.wanted) return
      if (await this.hooks.closed()) this.open()
      else if (this.wanted) void this.again()
    }, wait)
  }

  /** A hidden tab holds one of the browser's six connections to the host; after a minute it lets go. */
  private visibility = (): void => {
    window.clearTimeout(this.hide)
    if (document.hidden) {
      this.hide = window.setTimeout(() => {
        if (document.hidden) {
          this.close()
          this.hooks.state('off')
        }
      }, HIDDEN_MS)
    } else if (this.wanted && !this.source) this.open()
  }
}
