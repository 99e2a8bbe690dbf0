/** Addresses of pages of this view. */
const one = encodeURIComponent
export const matterPath = (m: { service: string; kind: string; id: string }): string => `/matter/${one(m.service)}/${one(m.kind)}/${one(m.id)}`
export const matterHref = (m: { service: string; kind: string; id: string }): string => `#${matterPath(m)}`
export const doHref = (service: string, action: string, prefill?: Record<string, unknown>): string =>
  `#/do/${one(service)}/${one(action)}${prefill && Object.keys(prefill).length ? `?with=${one(JSON.stringify(prefill))}` : ''}`
export const serviceHref = (service: string): string => `#/service/${one(service)}`
