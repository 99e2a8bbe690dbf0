import { describe, expect, it } from 'vitest'
import { heldBack, mediaOf, nextOf, outcomeOf, refsIn, standsAt, tried, unreferenced, type Waiting, waitAfter, wakeAt } from '../src/lib/queue'

const SHA = (x: string) => x.repeat(64)
let n = 0
const item = (more: Partial<Waiting> = {}): Waiting => ({
  id: `i${++n}`, account: 'me', service: 's', action: 's.do', title: { zh: '做', en: 'Do' }, subtitle: '', body: {}, key: `key-${n}`,
  lane: '', at: n, state: 'waiting', tries: 0, notBefore: 0, said: '', errors: [], matter: null, settledAt: 0, ...more,
})

describe('which is next', () => {
  it('is the oldest, whatever the order they are kept in', () => {
    const [a, b] = [item(), item()]
    expect(nextOf([b, a], 'me', 10)).toBe(a)
  })
  it('is never somebody else\'s', () => {
    expect(nextOf([item({ account: 'you' })], 'me', 10)).toBeNull()
    expect(wakeAt([item({ account: 'you' })], 'me')).toBeNull()
  })
  it('lets others pass while one waits for its next try, but not on the same matter', () => {
    const first = item({ lane: 'm1', notBefore: 100 })
    const same = item({ lane: 'm1' })
    const other = item({ lane: 'm2' })
    expect(nextOf([first, same, other], 'me', 50)).toBe(other)
    expect(nextOf([first, same], 'me', 50)).toBeNull()
    expect(nextOf([first, same], 'me', 100)).toBe(first)
    expect(wakeAt([first, same], 'me')).toBe(100)
  })
  it('keeps the order of a matter behind a refused one until its author has settled it', () => {
    const refused = item({ lane: 'm1', state: 'refused' })
    const after = item({ lane: 'm1' })
    expect(nextOf([refused, after], 'me', 10)).toBeNull()
    expect(heldBack([refused, after], after)).toBe(true)
    expect(nextOf([after], 'me', 10)).toBe(after)
    expect(nextOf([{ ...refused, state: 'sent' }, after], 'me', 10)).toBe(after)
  })
  it('lets a mended one go before what waited behind it', () => {
    const refused = item({ lane: 'm1', state: 'refused' })
    const after = item({ lane: 'm1' })
    const mended = item({ lane: 'm1', at: standsAt([refused, after], refused.id, 99) })
    expect(nextOf([after, mended], 'me', 100)).toBe(mended)
    expect(standsAt([after], refused.id, 99)).toBe(99)
    expect(standsAt([after], undefined, 99)).toBe(99)
  })
  it('does not let one opening hold another back', () => {
    const refused = item({ state: 'refused' })
    const after = item()
    expect(nextOf([refused, after], 'me', 10)).toBe(after)
  })
})

describe('what an answer means', () => {
  it.each([
    [200, '', 'sent'],
    [0, '', 'later'],
    [502, '', 'later'],
    [503, 'service.absent', 'later'],
    [504, 'service.slow', 'later'],
    [429, '', 'later'],
    [401, '', 'stop'],
    [403, 'gateway.csrf', 'stop'],
    [403, 'access.role', 'refused'],
    [409, '', 'refused'],
    [422, 'command.invalid', 'refused'],
    [404, '', 'refused'],
  ] as const)('%i %s: %s', (status, rule, outcome) => expect(outcomeOf(status, rule)).toBe(outcome))

  it('waits longer with every try, up to two minutes', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 20].map(waitAfter)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBe(120_000)
    expect(tried(item(), 1000)).toMatchObject({ tries: 1, notBefore: 4000 })
  })
  it('keeps the key over every try', () => expect(tried(item({ key: 'k' }), 0).key).toBe('k'))
})

describe('files', () => {
  const ref = (x: string) => ({ sha256: SHA(x), size: 3, media_type: 'image/png' })
  it('are found wherever a body has them, each once', () => {
    expect(refsIn({ evidence: [ref('a')], deep: { list: [{ photo: ref('b') }, { photo: ref('a') }] }, text: SHA('c') }).map((r) => r.sha256[0])).toEqual(['a', 'b'])
  })
  it('stay as long as another one needs them', () => {
    const gone = item({ body: { e: [ref('a'), ref('b')] } })
    const other = item({ body: { e: [ref('b')] } })
    expect(unreferenced([gone, other], gone)).toEqual([SHA('a')])
    expect(unreferenced([gone, { ...other, state: 'sent' }], gone)).toEqual([SHA('a'), SHA('b')])
    expect(unreferenced([gone, { ...other, account: 'you' }], gone)).toEqual([SHA('a'), SHA('b')])
  })
  it('are known by their first bytes, not by their name', () => {
    const bytes = (...b: number[]) => new Uint8Array([...b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(mediaOf(bytes(0xff, 0xd8, 0xff))).toBe('image/jpeg')
    expect(mediaOf(bytes(0x89, 0x50, 0x4e, 0x47))).toBe('image/png')
    expect(mediaOf(new TextEncoder().encode('RIFF....WEBP'))).toBe('image/webp')
    expect(mediaOf(new TextEncoder().encode('%PDF-1.7'))).toBe('application/pdf')
    expect(mediaOf(new TextEncoder().encode('<html>'))).toBe('')
  })
})
