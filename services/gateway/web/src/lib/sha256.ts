/** SHA-256 of a file, in lower-case hex. `crypto.subtle` exists only in secure contexts; a street's intranet address
 * over plain HTTP is none, so the standard's algorithm (FIPS 180-4) stands beside it. */

const K = new Uint32Array(64)
const START = new Uint32Array(8)
{
  // The constants are the first 32 bits of the fractional parts of cube and square roots of the first primes. Two
  // 16-bit halves keep the fraction exact enough in doubles only for square roots; integers settle both.
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
  const root = (n: number, degree: bigint): number => {
    const target = BigInt(n) << (32n * degree)
    let low = 0n
    let high = BigInt(n) << 32n
    while (low < high) {
      const middle = (low + high + 1n) >> 1n
      if (middle ** degree <= target) low = middle
      else high = middle - 1n
    }
    return Number(low & 0xffffffffn)
  }
  primes.forEach((p, i) => {
    K[i] = root(p, 3n)
    if (i < 8) START[i] = root(p, 2n)
  })
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/** The algorithm itself, over bytes in memory. */
export function digest(bytes: Uint8Array): string {
  const state = START.slice()
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0)
  const w = new Uint32Array(64)
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4)
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!
      const y = w[i - 2]!
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    const add = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i++) state[i] = (state[i]! + add[i]!) | 0
  }
  return Array.from(state, (x) => x.toString(16).padStart(8, '0')).join('')
}

/** SHA-256 of bytes, by the browser where it may. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle
  if (!subtle) return digest(bytes)
  const out = new Uint8Array(await subtle.digest('SHA-256', bytes))
  return Array.from(out, (x) => x.toString(16).padStart(2, '0')).join('')
}

/** A random id in UUID form (version 4). `crypto.randomUUID` is missing in insecure contexts too. */
export function uuid(): string {
  const b = globalThis.crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6]! & 0x0f) | 0x40
  b[8] = (b[8]! & 0x3f) | 0x80
  const h = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}
