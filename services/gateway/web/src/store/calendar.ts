/** The working-day calendar and what counts by it, fetched when the first limit in working time is drawn. */
import { shallowRef } from 'vue'
import { api } from '../api/client'

const AGAIN_MS = 6 * 3_600_000
/** What is left between two instants in working time, in words; null where it is not counted. */
type Counted = (from: number, to: number, lang: 'zh' | 'en') => { figure: string; word: string } | null

export const workingLeft = shallowRef<Counted | null>(null)
let askedAt = 0

/** `wd` working days, `wh` working hours: limits that do not run by the clock. */
export const inWorkingTime = (limit: string | undefined): boolean => /^\d+w[dh]$/.test(limit ?? '')

/** Asks again every few hours; a year may be announced while a page stands open for weeks. */
export function wantWorkingTime(): void {
  if (Date.now() - askedAt < AGAIN_MS) return
  askedAt = Date.now()
  Promise.all([api.calendar(), import('../lib/working')])
    .then(([c, { officeDay, workingBetween, workingSpan }]) => {
      const week = { off: new Set(c.off), makeUp: new Set(c.make_up), sessions: c.sessions }
      const day = officeDay(week)
      workingLeft.value = (from, to, lang) => {
        const left = workingBetween(from, to, week)
        return left === null ? null : workingSpan(left, day, lang)
      }
    })
    .catch(() => (askedAt = Date.now() - AGAIN_MS + 60_000))
}
