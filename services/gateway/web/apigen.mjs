// Types of the gateway's API from its own OpenAPI document:
//   npm run api -- <openapi.json or its address> [--check]
// Only /api/v1 is taken: the rest of the document is the chassis's. --check writes nothing and fails on a difference.
import { readFileSync, writeFileSync } from 'node:fs'
import openapi, { astToString } from 'openapi-typescript'

const [from, ...flags] = process.argv.slice(2)
if (!from) throw new Error('say where the OpenAPI document is')
const document = JSON.parse(/^https?:/.test(from) ? await (await fetch(from)).text() : readFileSync(from, 'utf8'))
document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/')))

// Only what these paths speak of, in a stable order.
const wanted = new Set()
const walk = (node) => {
  if (Array.isArray(node)) node.forEach(walk)
  else if (node && typeof node === 'object')
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref' && typeof value === 'string') {
        const name = decodeURIComponent(value.replace('#/components/schemas/', ''))
        if (name in document.components.schemas && !wanted.has(name)) {
          wanted.add(name)
          walk(document.components.schemas[name])
        }
      } else walk(value)
    }
}
walk(document.paths)
const { schemas, securitySchemes: _unused, ...beside } = document.components
walk(beside)
// Answers of owners that the gateway hands on as they are.
for (const name of ['Detail', 'shuniu.Answer', 'DeadLetterPage', 'RebuildPage', 'CalendarInForce', 'SheetProblem', 'LimitTables', 'Readiness']) walk({ $ref: `#/components/schemas/${name}` })
const sorted = (entries) => Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
document.components = { ...beside, schemas: sorted(Object.entries(schemas).filter(([name]) => wanted.has(name))) }
document.paths = sorted(Object.entries(document.paths))
for (const path of Object.values(document.paths)) for (const method of Object.values(path)) if (method && typeof method === 'object') delete method.description

const head = '/* Generated from the gateway\'s OpenAPI document by `npm run api`; do not edit. */\n/* eslint-disable */\n'
const text = head + astToString(await openapi(document, { defaultNonNullable: false })).replace(/ +\/\*\*[\s\S]*?\*\/\n/g, '')
const target = new URL('./src/api/api.gen.ts', import.meta.url)
if (flags.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/api/api.gen.ts is not what the gateway says now: run `npm run api` and look at what changed')
    process.exit(1)
  }
} else writeFileSync(target, text)
