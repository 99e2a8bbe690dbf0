/** What is open to anybody, put where people look for it: by place, by code, to read, to hand in. Pure. */
import type { Action, JsonSchema, PublicService } from '../api/types'

export type OpenRoute = PublicService['routes'][number]
export type Asked = NonNullable<OpenRoute['asked']>[number]
export type Way = 'near' | 'find' | 'code' | 'read' | 'ask'

const needed = (r: OpenRoute): Asked[] => (r.asked ?? []).filter((a) => a.required)

/** `near`: asked with a place alone (a point, or an area); `find`: with words that
 * find places; `code`: with a code alone; `read`: with nothing; else `ask`. */
export function wayOf(r: OpenRoute): Way {
  const wanted = needed(r)
  if (!wanted.length) return 'read'
  const kinds = new Set(wanted.map((a) => a.kind))
  if ([...kinds].every((k) => k === 'lon' || k === 'lat') && kinds.size === 2) return 'near'
  if (wanted.length === 1 && wanted[0]!.kind === 'area') return 'near'
  if (wanted.length === 1 && wanted[0]!.kind === 'code') return 'code'
  if (wanted.length === 1 && wanted[0]!.kind === 'words') return 'find'
  return 'ask'
}

/** Path and query of a route for what was given; parameters that were not stay away. */
export function addressOf(r: OpenRoute, given: Record<string, string | number | undefined>): { path: string; query: Record<string, string> } {
  const query: Record<string, string> = {}
  for (const a of r.asked ?? []) {
    const value = given[a.name]
    if (a.place === 'query' && value !== undefined && value !== '') query[a.name] = String(value)
  }
  const path = r.path.replace(/\{(\w+)[^}]*\}/g, (_, name: string) => String(given[name] ?? '').trim())
  return { path, query }
}

/** Route parameters of a place: the area by its kind, the point by its two. */
export function nearOf(r: OpenRoute, area: string, point: { lon: number; lat: number } | null): Record<string, string | number> | null {
  const out: Record<string, string | number> = {}
  for (const a of needed(r)) {
    if (a.kind === 'area' && area) out[a.name] = area
    else if (a.kind === 'lon' && point) out[a.name] = point.lon
    else if (a.kind === 'lat' && point) out[a.name] = point.lat
    else return null
  }
  return out
}

/** The field of a form that takes a code somebody was given; ''. */
export function codeField(action: Action): string {
  const properties = (action.schema as JsonSchema).properties ?? {}
  const found = Object.entries(properties).find(([name, s]) => s.format === 'code' || s['x-widget'] === 'code' || (name === 'code' && s.type === 'string'))
  return found?.[0] ?? ''
}

/** A public command's answer names the code it is followed with `code`; ''. */
export function codeIn(answer: unknown): string {
  const inner = (answer as { answer?: { code?: unknown } } | null)?.answer
  return typeof inner?.code === 'string' ? inner.code : ''
}

/** `ABCD EFGH IJKL`: read out and written down in fours. */
export const inFours = (code: string): string => code.replace(/[^0-9A-Za-z]/g, '').replace(/(.{4})(?=.)/g, '$1 ')
