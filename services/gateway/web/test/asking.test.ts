import { describe, expect, it, vi } from 'vitest'
import type { Offer } from '../src/api/types'
import { Asking, FIRST } from '../src/lib/asking'

interface M {
  id: string
  version: number
}
const matters = (n: number): M[] => Array.from({ length: n }, (_, i) => ({ id: `m${i}`, version: 1 }))
const offer = (action: string, order = 0) => ({ action, order }) as Offer

/** Owners that answer when told to. */
function owners() {
  const asked: M[] = []
  const answers: { yes: (offers: Offer[]) => void; no: () => void }[] = []
  const asking = new Asking<M>(
    (m) => m.id,
    (m) => {
      asked.push(m)
      return new Promise((go, fail) => answers.push({ yes: go, no: () => fail(new Error('away')) }))
    },
    () => undefined,
  )
  const settle = async (n: number, offers: Offer[] = [offer('a')]) => {
    for (let i = 0; i < n; i++) answers.shift()!.yes(offers)
    await vi.waitFor(() => undefined)
  }
  return { asking, asked, answers, settle }
}
const drain = async (o: ReturnType<typeof owners>) => {
  while (o.answers.length) await o.settle(o.answers.length)
}

describe('asking owners', () => {
  it('asks four at a time, the most urgent first, and the first ones only', async () => {
    const o = owners()
    const list = matters(100)
    o.asking.run(() => list)
    expect(o.asked.map((m) => m.id)).toEqual(['m0', 'm1', 'm2', 'm3'])
    await o.settle(1)
    expect(o.asked).toHaveLength(5)
    await drain(o)
    expect(o.asked).toHaveLength(FIRST)
  })
  it('asks about any other once somebody looks at it, once', async () => {
    const o = owners()
    const list = matters(100)
    o.asking.run(() => list)
    await drain(o)
    for (let i = 60; i < 100; i++) o.asking.look(list[i]!)
    expect(o.answers).toHaveLength(4)
    o.asking.look(list[60]!)
    await drain(o)
    expect(o.asked).toHaveLength(FIRST + 40)
    expect(o.asking.offersOf(list[99]!).map((x) => x.action)).toEqual(['a'])
    expect(o.asking.offersOf(list[59]!)).toEqual([])
  })
  it('asks again when the matter changed, and after nobody answered, in the owner\'s order', async () => {
    const o = owners()
    const list = matters(1)
    o.asking.run(() => list)
    o.answers.shift()!.no()
    await vi.waitFor(() => expect(o.asking.offersOf(list[0]!)).toEqual([]))
    o.asking.run()
    expect(o.asked).toHaveLength(1)
    o.asking.again()
    o.asking.run()
    await vi.waitFor(() => expect(o.asked).toHaveLength(2))
    await o.settle(1, [offer('b', 2), offer('a', 1)])
    expect(o.asking.offersOf(list[0]!).map((x) => x.action)).toEqual(['a', 'b'])
    list[0] = { id: 'm0', version: 2 }
    o.asking.run()
    expect(o.asked).toHaveLength(3)
    expect(o.asking.offersOf(list[0]).map((x) => x.action)).toEqual(['a', 'b'])
  })
})
