import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digest, sha256, uuid } from '../src/lib/sha256'

describe('sha-256', () => {
  it('is the standard’s for its known texts', () => {
    const of = (s: string) => digest(new TextEncoder().encode(s))
    expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1')
  })
  it('agrees with another implementation at every block edge and on a large file', () => {
    for (const n of [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 300_000]) {
      const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 31 + n) & 255)
      expect(digest(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })
  it('falls back where the page is no secure context', async () => {
    const subtle = Object.getOwnPropertyDescriptor(globalThis.crypto, 'subtle') ?? Object.getOwnPropertyDescriptor(Object.getPrototypeOf(globalThis.crypto), 'subtle')
    const bytes = new TextEncoder().encode('枢纽') as Uint8Array<ArrayBuffer>
    const wanted = createHash('sha256').update(bytes).digest('hex')
    expect(await sha256(bytes)).toBe(wanted)
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true })
    try {
      expect(await sha256(bytes)).toBe(wanted)
    } finally {
      if (subtle) Object.defineProperty(globalThis.crypto, 'subtle', subtle)
    }
  })
})

describe('keys of forms', () => {
  it('are UUIDs and differ', () => {
    const some = new Set(Array.from({ length: 100 }, uuid))
    expect(some.size).toBe(100)
    for (const id of some) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
