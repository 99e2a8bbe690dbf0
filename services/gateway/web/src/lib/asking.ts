/** Asks owners what may be done with matters: a few at a time, each once until it changes. No network of its own. */
import type { Offer } from '../api/types'

interface Asked {
  version: number
  offers: Offer[]
}
/** So many of the most urgent are asked at once; the others when they come into view. */
export const FIRST = 48
const AT_ONCE = 4

export class Asking<M extends { version: number }> {
  private readonly answers = new Map<string, Asked>()
  private readonly failed = new Set<string>()
  private readonly looking = new Set<string>()
  private readonly under = new Set<string>()
  private list: () => readonly M[] = () => []

  constructor(
    private readonly keyOf: (m: M) => string,
    private readonly ask: (m: M) => Promise<Offer[]>,
    private readonly changed: () => void,
  ) {}

  offersOf(m: M): Offer[] {
    return this.answers.get(this.keyOf(m))?.offers ?? []
  }
  /** Somebody looks at it: it is asked about too. */
  look(m: M): void {
    this.looking.add(this.keyOf(m))
    this.run()
  }
  /** What could not be answered is asked again. */
  again(): void {
    for (const key of this.failed) this.answers.delete(key)
    this.failed.clear()
  }
  /** This one has just been acted on. */
  renew(m: M): void {
    void this.one(m)
  }
  /** `list`: what there is now, the most urgent first. */
  run(list: () => readonly M[] = this.list): void {
    this.list = list
    while (this.under.size < AT_ONCE) {
      const next = list().find((m, i) => {
        const key = this.keyOf(m)
        return (i < FIRST || this.looking.has(key)) && !this.under.has(key) && this.answers.get(key)?.version !== m.version
      })
      if (!next) return
      void this.one(next).then(() => this.run())
    }
  }
  private async one(m: M): Promise<void> {
    const key = this.keyOf(m)
    this.under.add(key)
    let offers: Offer[] = []
    try {
      offers = [...(await this.ask(m))].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
      this.failed.delete(key)
    } catch {
      this.failed.add(key)
    }
    this.under.delete(key)
    this.answers.set(key, { version: m.version, offers })
    this.changed()
  }
}
