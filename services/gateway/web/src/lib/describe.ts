/** What the merged OpenAPI and AsyncAPI documents say, as a list for people; pure. */

interface Schema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  description?: string
}
interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}
export interface OpenDocument {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
export interface AsyncDocument {
  channels: Record<string, { address: string; title?: string }>
  components: { schemas: Record<string, Schema> }
}
export interface ApiField {
  name: string
  type: string
  required: boolean
  note: string
}
export interface ApiEntry {
  group: string
  method: string
  name: string
  title: string
  text: string
  fields: ApiField[]
}

type Schemas = Record<string, Schema>
const METHODS = ['get', 'post', 'put', 'delete', 'patch']
const named = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

export function typeOf(schema: Schema | undefined): string {
  if (!schema) return ''
  if (schema.$ref) return named(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ')
  if (schema.type === 'array') return `${typeOf(schema.items) || '?'}[]`
  return Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? '')
}

export function fieldsOf(schema: Schema | undefined, schemas: Schemas): ApiField[] {
  const own = schema?.$ref ? schemas[named(schema.$ref)] : schema
  return Object.entries(own?.properties ?? {}).map(([name, s]) => ({
    name,
    type: typeOf(s),
    required: own?.required?.includes(name) ?? false,
    note: s.description ?? '',
  }))
}

export function entriesOf(document: OpenDocument): ApiEntry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((m) => item[m]).map((m) => {
      const o = item[m]!
      const body = Object.values(o.requestBody?.content ?? {})[0]?.schema
      const given = (o.parameters ?? []).map((x) => ({ name: x.name, type: typeOf(x.schema) || 'string', required: Boolean(x.required), note: [x.in, x.description].filter(Boolean).join(' · ') }))
      return { group: o.tags?.[0] ?? '', method: m.toUpperCase(), name: path, title: o.summary ?? '', text: o.description ?? '', fields: [...given, ...fieldsOf(body, document.components.schemas)] }
    }),
  )
}

/** A title that says both languages (`甲 / A`) in one of them; one that says one as it is. */
export function inLanguage(title: string, lang: 'zh' | 'en'): string {
  const parts = title.split(' / ')
  const half = parts.length / 2
  return parts.length % 2 ? title : (lang === 'zh' ? parts.slice(0, half) : parts.slice(half)).join(' / ')
}

export function eventsOf(document: AsyncDocument): ApiEntry[] {
  return Object.entries(document.channels).map(([key, channel]) => ({
    group: key.slice(0, key.indexOf('.')),
    method: 'EVT',
    name: channel.address,
    title: channel.title ?? '',
    text: '',
    fields: fieldsOf(document.components.schemas[key], document.components.schemas),
  }))
}
