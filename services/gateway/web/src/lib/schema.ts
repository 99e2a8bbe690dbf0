/** From a command's JSON Schema to a form and back: which fields, which widget, what the body is, what is wrong. Pure. */
import type { JsonSchema, Text } from '../api/types'

export type Widget =
  | 'text'
  | 'textarea'
  | 'number'
  | 'checkbox'
  | 'select'
  | 'choices'
  | 'checks'
  | 'area'
  | 'unit'
  | 'unit-list'
  | 'place'
  | 'blob-list'
  | 'category'
  | 'datetime'
  | 'date'
  | 'rating'
  | 'list'
  | 'group'
  | 'dates'
  | 'map'
  | 'json'
  | 'code'
  | 'hidden'

export interface Option {
  value: string | number | boolean | null
  title: Text | string
}

export interface Field {
  name: string
  title: Text | string
  help: Text | string
  widget: Widget
  /** `integer`/`number` bodies hold numbers. */
  base: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'
  required: boolean
  nullable: boolean
  options: Option[]
  /** Fields of an object (`group`, `place`) or of a list's items. */
  fields: Field[]
  /** For lists of plain values: what one is. */
  item: Field | null
  initial: unknown
  minLength: number
  maxLength: number
  minimum: number | null
  maximum: number | null
  minItems: number
  maxItems: number
  pattern: string
  format: string
}

/** Follows `$ref`, merges `allOf`, takes the non-null branch of `anyOf`/`oneOf`. Answers the schema and nullability. */
export function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): { schema: JsonSchema; nullable: boolean } {
  if (depth > 8) return { schema: {}, nullable: false }
  let at = schema
  let nullable = false
  if (at.$ref) {
    const name = at.$ref.replace(/^#\/\$defs\//, '')
    const { $ref: _, ...rest } = at
    const found = resolve(root.$defs?.[name] ?? {}, root, depth + 1)
    at = { ...found.schema, ...rest }
    nullable ||= found.nullable
  }
  if (at.allOf?.length) {
    const { allOf, ...rest } = at
    at = { ...Object.assign({}, ...allOf.map((s) => resolve(s, root, depth + 1).schema)), ...rest }
  }
  const branches = at.anyOf ?? at.oneOf
  if (branches) {
    const live = branches.filter((b) => b.type !== 'null')
    nullable ||= live.length < branches.length
    if (live[0]) {
      const { anyOf: _a, oneOf: _o, ...rest } = at
      at = { ...resolve(live[0], root, depth + 1).schema, ...rest }
    }
  }
  if (Array.isArray(at.type)) {
    nullable ||= at.type.includes('null')
    at = { ...at, type: at.type.find((x) => x !== 'null') ?? 'string' }
  }
  return { schema: at, nullable }
}

const WIDGETS = new Set<string>([
  'textarea', 'area', 'unit', 'unit-list', 'place', 'blob-list', 'category', 'datetime', 'date', 'rating', 'code', 'hidden',
])

function widgetOf(s: JsonSchema): Widget {
  const hint = s['x-widget']
  if (hint && WIDGETS.has(hint)) return hint as Widget
  if (s.const !== undefined) return 'hidden'
  if (s.enum) return s.enum.length <= 4 ? 'choices' : 'select'
  if (s.type === 'boolean') return 'checkbox'
  if (s.type === 'integer' || s.type === 'number') return 'number'
  if (s.type === 'array') return s.items?.enum ? 'checks' : s.items?.format === 'date' ? 'dates' : shapeless(s.items) ? 'json' : 'list'
  if (s.properties) return 'group'
  if (s.type === 'object') return typeof s.additionalProperties === 'object' && s.additionalProperties.type === 'string' ? 'map' : 'json'
  if (s.format === 'date-time') return 'datetime'
  if (s.format === 'date') return 'date'
  if (s.format === 'code') return 'code'
  if ((s.maxLength ?? 0) > 120) return 'textarea'
  return 'text'
}

/** A schema that says nothing of what it holds: only its JSON can be asked for. */
const shapeless = (s: JsonSchema | undefined): boolean =>
  !s || (!s.type && !s.enum && !s.properties && s.const === undefined && !s.$ref && !s.anyOf && !s.oneOf && !s.allOf) || (s.type === 'array' && shapeless(s.items))

function optionsOf(s: JsonSchema): Option[] {
  const titles = s['x-enum-titles']
  return (s.enum ?? []).filter((v) => v !== null).map((value, i) => ({ value, title: titles?.[i] ?? String(value) }))
}

/** A geometry and the like: one text of JSON rather than fields of which one is JSON. */
function isArrayOfAnything(raw: JsonSchema, root: JsonSchema): boolean {
  const { schema: s } = resolve(raw, root)
  return s.type === 'array' && shapeless(s.items && resolve(s.items, root).schema)
}

function fieldOf(name: string, raw: JsonSchema, root: JsonSchema, required: boolean, depth: number): Field {
  const { schema: s, nullable } = resolve(raw, root)
  const item = s.items ? resolve(s.items, root).schema : null
  const withItem = item ? { ...s, items: item } : s
  let widget = widgetOf(withItem)
  const base = (s.type as Field['base'] | undefined) ?? (s.properties ? 'object' : 'string')
  if (widget === 'group' && Object.values(s.properties ?? {}).some((x) => isArrayOfAnything(x, root))) widget = 'json'
  const deeper = widget === 'group' || widget === 'place' || widget === 'unit-list' || widget === 'list'
  const holder = item?.properties ? item : s.properties ? s : null
  return {
    name,
    title: s['x-title'] ?? s.title ?? name,
    help: s['x-hint'] ?? '',
    widget,
    base,
    required,
    nullable,
    options: widget === 'checks' && item ? optionsOf({ ...item, 'x-enum-titles': item['x-enum-titles'] ?? s['x-enum-titles'] }) : optionsOf(s),
    fields: deeper && holder && depth < 4 ? childFields(holder, root, depth + 1) : [],
    item: item && !item.properties && depth < 4 ? fieldOf('', item, root, true, depth + 1) : null,
    initial: s.const ?? s.default,
    minLength: s.minLength ?? 0,
    maxLength: s.maxLength ?? 0,
    minimum: s.minimum ?? null,
    maximum: s.maximum ?? null,
    minItems: s.minItems ?? 0,
    maxItems: s.maxItems ?? 0,
    pattern: s.pattern ?? '',
    format: s.format ?? '',
  }
}

function childFields(schema: JsonSchema, root: JsonSchema, depth: number): Field[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).map(([name, s]) => fieldOf(name, s, root, required.has(name), depth))
}

/** The fields of a command in the order of its schema. */
export function fieldsOf(schema: JsonSchema): Field[] {
  return childFields(resolve(schema, schema).schema, schema, 0)
}

export type Values = Record<string, unknown>

/** What the form starts with: prefill over defaults over empty. */
export function startValues(fields: Field[], prefill: Values = {}): Values {
  const out: Values = {}
  for (const f of fields) {
    if (f.name in prefill) out[f.name] = structured(prefill[f.name])
    else if (f.initial !== undefined && f.initial !== null) out[f.name] = structured(f.initial)
    else out[f.name] = blank(f)
  }
  return out
}

const structured = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))

export function blank(f: Field): unknown {
  if (f.widget === 'json') return null
  if (f.base === 'array') return []
  if (f.base === 'boolean') return false
  // What may be left out as a whole is begun on purpose.
  if (f.widget === 'group') return f.nullable ? null : startValues(f.fields)
  if (f.widget === 'map') return {}
  if (f.base === 'object') return null
  return ''
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && !Array.isArray(value) && Object.values(value as Values).every((v) => v === false || isEmpty(v)))

/** The command's body: empty optional fields are left out, numbers are numbers. */
export function bodyOf(fields: Field[], values: Values): Values {
  const out: Values = {}
  for (const f of fields) {
    const value = values[f.name]
    if (f.base === 'boolean') {
      if (f.required || value === true || (f.initial === true && value === false)) out[f.name] = value === true
      continue
    }
    if (f.widget === 'json' && !isEmpty(value)) {
      out[f.name] = value
      continue
    }
    // Begun on purpose, so it goes out even where nothing is filled in: the owner says what it lacks.
    if (f.widget === 'group' && f.nullable && value) {
      out[f.name] = bodyOf(f.fields, value as Values)
      continue
    }
    if (isEmpty(value)) {
      // An empty required list or text goes out as it is, so the owner may say what it thinks of it.
      if (f.required && f.base === 'array') out[f.name] = []
      else if (f.required && f.widget === 'place' && !f.nullable) out[f.name] = {}
      else if (f.required && f.base === 'string' && !f.nullable && f.minLength === 0) out[f.name] = ''
      else if (f.required && f.nullable) out[f.name] = null
      continue
    }
    if (f.base === 'integer' || f.base === 'number') {
      const n = typeof value === 'number' ? value : Number(String(value).trim())
      out[f.name] = Number.isFinite(n) ? n : value
    } else if (f.widget === 'group' || (f.widget === 'place' && f.fields.length)) out[f.name] = bodyOf(f.fields, value as Values)
    else if (f.widget === 'list' && f.fields.length) out[f.name] = (value as Values[]).map((v) => bodyOf(f.fields, v))
    else if (f.widget === 'list') {
      const items = (value as unknown[]).filter((v) => !isEmpty(v))
      out[f.name] = f.item && (f.item.base === 'integer' || f.item.base === 'number') ? items.map(Number) : items
    } else if (typeof value === 'string') out[f.name] = value.trim() === '' ? '' : value.replace(/\s+$/, '')
    else out[f.name] = value
  }
  return out
}

export interface Wrong {
  /** A key of the page's dictionary. */
  key:
    | 'form.missing'
    | 'form.tooShort'
    | 'form.tooLong'
    | 'form.tooSmall'
    | 'form.tooBig'
    | 'form.tooFew'
    | 'form.tooMany'
    | 'form.notNumber'
    | 'form.badPattern'
  n?: number
}

/** What can be said before sending, by field name (nested: `place.name`). The owner's answer has the last word. */
export function check(fields: Field[], values: Values, prefix = ''): Map<string, Wrong> {
  const out = new Map<string, Wrong>()
  for (const f of fields) {
    const at = prefix + f.name
    const value = values[f.name]
    if (f.widget === 'hidden') continue
    if (f.widget === 'json' && typeof value === 'string' && value.trim()) {
      out.set(at, { key: 'form.badPattern' })
      continue
    }
    if (f.widget === 'group' && !(f.nullable && f.required && !value)) {
      const inner = value as Values | null
      if (inner && (f.required || f.nullable || !isEmpty(inner))) for (const [k, v] of check(f.fields, inner, `${at}.`)) out.set(k, v)
      continue
    }
    if (f.base === 'boolean') continue
    if (f.widget === 'place' && f.fields.every((x) => !x.required)) continue
    if (isEmpty(value)) {
      if (f.minItems > 0) out.set(at, f.required || f.minItems > 0 ? { key: 'form.missing' } : { key: 'form.tooFew', n: f.minItems })
      else if (f.required && !f.nullable && (f.base !== 'array') && !(f.base === 'string' && f.minLength === 0 && f.widget === 'textarea' && f.initial === ''))
        out.set(at, { key: 'form.missing' })
      continue
    }
    if (f.base === 'integer' || f.base === 'number') {
      const n = Number(value)
      if (!Number.isFinite(n) || (f.base === 'integer' && !Number.isInteger(n))) out.set(at, { key: 'form.notNumber' })
      else if (f.minimum !== null && n < f.minimum) out.set(at, { key: 'form.tooSmall', n: f.minimum })
      else if (f.maximum !== null && n > f.maximum) out.set(at, { key: 'form.tooBig', n: f.maximum })
      continue
    }
    if (Array.isArray(value)) {
      if (value.length < f.minItems) out.set(at, { key: 'form.tooFew', n: f.minItems })
      else if (f.maxItems && value.length > f.maxItems) out.set(at, { key: 'form.tooMany', n: f.maxItems })
      if (f.widget === 'list' && f.fields.length)
        value.forEach((item, i) => {
          for (const [k, v] of check(f.fields, item as Values, `${at}.${i}.`)) out.set(k, v)
        })
      continue
    }
    if (typeof value === 'string') {
      const length = [...value.trim()].length
      if (length < f.minLength) out.set(at, { key: 'form.tooShort', n: f.minLength })
      else if (f.maxLength && length > f.maxLength) out.set(at, { key: 'form.tooLong', n: f.maxLength })
      else if (f.pattern && !new RegExp(f.pattern, 'u').test(value)) out.set(at, { key: 'form.badPattern' })
    }
  }
  return out
}

/** Server messages by the field they are shown at: `evidence.0.size` and `$.evidence[0].size` both belong to `evidence`,
 * `rows.2.code` to that part of that item; what belongs to no drawn field comes back under ''. */
export function placeErrors(fields: Field[], errors: { field: string; message?: string; code?: string }[]): Map<string, string> {
  const out = new Map<string, string>()
  for (const error of errors) {
    const path = error.field.replace(/^\$?\.?(body\.)?/, '').replace(/\[(\w+)\]/g, '.$1')
    const at = drawnAt(fields, path.split('.').filter(Boolean))
    const message = error.message || error.code || error.field
    const old = out.get(at)
    out.set(at, old && old !== message ? `${old}；${message}` : message)
  }
  return out
}

/** The deepest field on the way that has a place of its own on the page. */
function drawnAt(fields: Field[], parts: string[]): string {
  const found = fields.find((f) => f.name === parts[0])
  if (!found || found.widget === 'hidden') return ''
  if (found.widget === 'group') {
    const inner = drawnAt(found.fields, parts.slice(1))
    return inner ? `${found.name}.${inner}` : found.name
  }
  const index = parts[1] ?? ''
  if (found.widget === 'list' && /^\d+$/.test(index)) {
    if (!found.fields.length) return `${found.name}.${index}`
    const inner = drawnAt(found.fields, parts.slice(2))
    return inner ? `${found.name}.${index}.${inner}` : found.name
  }
  return found.name
}
