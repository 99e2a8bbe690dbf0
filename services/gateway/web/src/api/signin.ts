/** HTTP of signing in and of one's own profile, apart from what every page needs first. */
import { call } from './client'
import type { FactorOffer, PageSettings, SignInRules } from './types'

export const signInRules = () => call<SignInRules>('session/rules', { quiet: true })
export const offerFactor = (password: string, code: string) =>
  call<FactorOffer>('session/second-factor', { method: 'POST', body: { password, code }, quiet: true })
export const confirmFactor = (code: string) =>
  call<{ recovery: string[] }>('session/second-factor/confirm', { method: 'POST', body: { code }, quiet: true })
export const setPageSettings = (settings: PageSettings) =>
  call<PageSettings>('session/settings', { method: 'PUT', body: settings, quiet: true, background: true })
