/** A QR code (ISO/IEC 18004) of a short text: byte mode, error correction M, versions 1 to 9 (180 bytes). Pure. */

/** Per version: error-correction codewords of a block, and the data codewords of each block. */
const BLOCKS: [number, number[]][] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
]
const ALIGNED = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]]

const EXP = new Uint8Array(512)
const LOG = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = x
  LOG[x] = i
  x = x & 0x80 ? (x << 1) ^ 0x11d : x << 1
}
const times = (a: number, b: number): number => (a && b ? EXP[LOG[a]! + LOG[b]!]! : 0)

/** Reed-Solomon remainder of a block. */
export function remainder(data: number[], degree: number): number[] {
  let generator = [1]
  for (let i = 0; i < degree; i++) {
    const next = new Array<number>(generator.length + 1).fill(0)
    generator.forEach((c, k) => {
      next[k]! ^= c
      next[k + 1]! ^= times(c, EXP[i]!)
    })
    generator = next
  }
  const rest = [...data, ...new Array<number>(degree).fill(0)]
  for (let i = 0; i < data.length; i++) {
    const factor = rest[i]!
    if (factor) generator.forEach((c, k) => (rest[i + k]! ^= times(c, factor)))
  }
  return rest.slice(data.length)
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const [degree, sizes] = BLOCKS[version - 1]!
  const room = sizes.reduce((a, b) => a + b, 0)
  const bits: number[] = []
  const push = (value: number, n: number) => {
    for (let i = n - 1; i >= 0; i--) bits.push((value >> i) & 1)
  }
  push(4, 4)
  push(bytes.length, 8)
  bytes.forEach((b) => push(b, 8))
  push(0, Math.min(4, room * 8 - bits.length))
  while (bits.length % 8) bits.push(0)
  const data: number[] = []
  for (let i = 0; i < bits.length; i += 8) data.push(bits.slice(i, i + 8).reduce((a, b) => a * 2 + b, 0))
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad)
  const blocks: number[][] = []
  let at = 0
  for (const size of sizes) blocks.push(data.slice(at, (at += size)))
  const checks = blocks.map((b) => remainder(b, degree))
  const out: number[] = []
  for (let i = 0; i < sizes.at(-1)!; i++) for (const b of blocks) if (i < b.length) out.push(b[i]!)
  for (let i = 0; i < degree; i++) for (const c of checks) out.push(c[i]!)
  return out
}

/** Bits behind a value's BCH remainder. */
function bch(value: number, generator: number, degree: number): number {
  let rest = value << degree
  for (let i = 31 - Math.clz32(rest); i >= degree; i = 31 - Math.clz32(rest)) {
    rest ^= generator << (i - degree)
    if (!rest) break
  }
  return (value << degree) | rest
}

const MASKS: ((y: number, x: number) => boolean)[] = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (_, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => ((y >> 1) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
]

/** How hard a pattern is to read: long runs, blocks, and too much of one shade. */
function penalty(dark: boolean[][]): number {
  const n = dark.length
  let sum = 0
  let count = 0
  for (let a = 0; a < n; a++)
    for (const at of [(b: number) => dark[a]![b]!, (b: number) => dark[b]![a]!]) {
      let run = 1
      for (let b = 1; b <= n; b++) {
        if (b < n && at(b) === at(b - 1)) run++
        else {
          if (run >= 5) sum += run - 2
          run = 1
        }
      }
    }
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      if (dark[y]![x]) count++
      if (y && x && dark[y]![x] === dark[y - 1]![x] && dark[y]![x] === dark[y]![x - 1] && dark[y]![x] === dark[y - 1]![x - 1]) sum += 3
    }
  return sum + Math.floor(Math.abs((count * 20) / (n * n) - 10)) * 10
}

/** Rows of modules, true for dark, without the quiet zone. Raises RangeError for a text that does not fit. */
export function qr(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version = BLOCKS.findIndex(([, sizes]) => bytes.length + 2 <= sizes.reduce((a, b) => a + b, 0)) + 1
  if (!version) throw new RangeError('too long for a QR code')
  const n = 17 + version * 4
  const grid: (boolean | null)[][] = Array.from({ length: n }, () => new Array<boolean | null>(n).fill(null))
  const set = (y: number, x: number, on: boolean) => {
    if (y >= 0 && x >= 0 && y < n && x < n) grid[y]![x] = on
  }
  for (const [cy, cx] of [[3, 3], [3, n - 4], [n - 4, 3]] as const)
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const d = Math.max(Math.abs(dy), Math.abs(dx))
        set(cy + dy, cx + dx, d !== 2 && d !== 4)
      }
  for (let i = 8; i < n - 8; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  const centres = ALIGNED[version - 1]!
  for (const cy of centres)
    for (const cx of centres) {
      if (grid[cy]![cx] !== null && !(cy === 6 || cx === 6)) continue
      if ((cy === 6 && cx === 6) || (cy === 6 && cx === n - 7) || (cy === n - 7 && cx === 6)) continue
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(cy + dy, cx + dx, Math.max(Math.abs(dy), Math.abs(dx)) !== 1)
    }
  if (version >= 7) {
    const bits = bch(version, 0x1f25, 12)
    for (let i = 0; i < 18; i++) {
      const on = ((bits >> i) & 1) === 1
      set(Math.floor(i / 3), n - 11 + (i % 3), on)
      set(n - 11 + (i % 3), Math.floor(i / 3), on)
    }
  }
  const format = (mask: number, put: (y: number, x: number, on: boolean) => void) => {
    const bits = bch(mask, 0x537, 10) ^ 0x5412 // level M is 00
    for (let i = 0; i < 15; i++) {
      const on = ((bits >> i) & 1) === 1
      if (i < 6) put(i, 8, on)
      else if (i < 8) put(i + 1, 8, on)
      else if (i === 8) put(8, 7, on)
      else put(8, 14 - i, on)
      if (i < 8) put(8, n - 1 - i, on)
      else put(n - 15 + i, 8, on)
    }
    put(n - 8, 8, true)
  }
  format(0, set)
  const fixed = grid.map((row) => row.map((v) => v !== null))
  const stream = codewords(bytes, version)
  let bit = 0
  for (let right = n - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right--
    for (let i = 0; i < n; i++) {
      const y = up ? n - 1 - i : i
      for (const x of [right, right - 1])
        if (!fixed[y]![x]) {
          grid[y]![x] = bit < stream.length * 8 && ((stream[bit >> 3]! >> (7 - (bit & 7))) & 1) === 1
          bit++
        }
    }
  }
  let best: boolean[][] = []
  let least = Number.POSITIVE_INFINITY
  MASKS.forEach((mask, m) => {
    const drawn = grid.map((row, y) => row.map((v, x) => (fixed[y]![x] ? v! : v !== mask(y, x))))
    format(m, (y, x, on) => (drawn[y]![x] = on))
    const p = penalty(drawn)
    if (p < least) {
      least = p
      best = drawn
    }
  })
  return best
}

/** The same as the path of an SVG, one unit for each module. */
export const qrPath = (rows: boolean[][]): string => rows.map((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('')
