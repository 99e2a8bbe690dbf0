// Fails when a first load grew past its limit (design: phone route 70 KB gz of code, overview before the map 170 KB gz).
// Reads the build's own HTML and import graph, so renamed chunks cannot slip past.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../shuniu_gateway/dist/', import.meta.url)
const assets = new URL('assets/', dist)
const names = readdirSync(assets)
const size = (name) => gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length

/** Everything a chunk needs before it runs: static imports, and the stylesheets the page loads with it. */
function closure(entry, found = new Set()) {
  if (found.has(entry)) return found
  found.add(entry)
  if (!entry.endsWith('.js')) return found
  const text = readFileSync(new URL(entry, assets), 'utf8')
  for (const m of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) closure(m[1], found)
  return found
}
const html = readFileSync(new URL('index.html', dist), 'utf8')
const first = [...html.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map((m) => m[1])
const screen = (name) => names.filter((n) => n.startsWith(`${name}-`) && /\.(js|css)$/.test(n))
const route = (...screens) => {
  const all = new Set()
  for (const name of [...first, ...screens.flatMap(screen)]) for (const x of closure(name)) all.add(x)
  // Shared component chunks carry a stylesheet of the same name.
  for (const name of [...all]) for (const css of names.filter((n) => n.endsWith('.css') && n.split('-')[0] === name.split('-')[0])) all.add(css)
  return [...all]
}
let failed = false
for (const [label, list, limit] of [
  ['phone (my work)', route('My'), 70],
  ['phone (action form)', route('Do'), 70],
  ['overview before the map', route('Overview'), 170],
]) {
  const kb = list.reduce((sum, n) => sum + size(n), 0) / 1024
  console.log(`${label}: ${kb.toFixed(1)} KB gz of ${limit} (${list.length} files)`)
  if (kb > limit) failed = true
}
if (failed) process.exit(1)
