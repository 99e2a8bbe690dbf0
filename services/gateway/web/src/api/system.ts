/** HTTP of administration: accounts, the audit, limits, descriptions; only its own pages load it. */
import { address, api, call } from './client'
import type { components } from './api.gen'

type Schemas = components['schemas']
export type AccountRow = Schemas['AccountRow']
export type AuditRow = Schemas['AuditRowView']
export type AuditCheck = Schemas['AuditCheck']
export type LimitTable = Schemas['LimitTable']
export type Post = Schemas['Unit']
export type Instance = Schemas['InstanceView']
export type Readiness = Schemas['Readiness']
export interface AuditAsked {
  service?: string
  account?: string
  command?: string
  matter?: string
  allowed?: string
  since?: string
  until?: string
  after?: string
}

export const accounts = (query: { q?: string; role?: string; show?: string; limit?: number; offset?: number }) => call<Schemas['Accounts']>('accounts', { query })
export const givePassword = (login: string, password: string, key: string) =>
  call<null>(`accounts/${encodeURIComponent(login)}/password`, { method: 'PUT', body: { password, must_change: true }, headers: { 'Idempotency-Key': key } })
export const giveKey = (login: string, key: string) =>
  call<Schemas['GivenKey']>(`accounts/${encodeURIComponent(login)}/key`, { method: 'POST', headers: { 'Idempotency-Key': key } })
export const audit = (query: AuditAsked & { limit?: number }) => call<Schemas['AuditRows']>('audit', { query: { ...query } })
export const auditCheck = () => call<Schemas['AuditChecks']>('audit/check')
export const auditExport = (query: AuditAsked, format: string, lang: string) => address('audit/export', { ...query, format, lang })
export const limits = (service: string) => api.route<Schemas['LimitTables']>(service, '/limits')
export const ready = (service: string) => api.route<Readiness>(service, '/ready')
export const instances = () => call<Schemas['Instances']>('instances', { background: true })
export const posts = () => call<Schemas['Posts']>('posts')
export const describe = <T>(file: 'openapi.json' | 'asyncapi.json') => call<T>(`describe/${file}`)
export const describeAddress = (file: 'openapi.json' | 'asyncapi.json') => address(`describe/${file}`)
