import { describe, expect, it } from 'vitest'
import { officeDay, workingBetween, workingSpan, type WorkingTime } from '../src/lib/working'
import { inWorkingTime } from '../src/store/calendar'

const HOUR = 3_600_000
const week: WorkingTime = { off: new Set(['2026-10-01']), makeUp: new Set(['2026-10-10']), sessions: [[540, 720], [840, 1080]] }
const at = (text: string) => Date.parse(`${text}+08:00`)

describe('working time', () => {
  it('is office hours of working days, whatever the clock says', () => {
    expect(officeDay(week)).toBe(7 * HOUR)
    // Friday 17:00 to Monday 10:00: one hour and one hour.
    expect(workingBetween(at('2026-11-27T17:00:00'), at('2026-11-30T10:00:00'), week)).toBe(2 * HOUR)
    expect(workingBetween(at('2026-11-26T12:00:00'), at('2026-11-26T14:00:00'), week)).toBe(0)
    expect(workingBetween(at('2026-11-26T15:00:00'), at('2026-11-26T15:00:00'), week)).toBe(0)
  })
  it('leaves out days off and counts make-up Saturdays', () => {
    expect(workingBetween(at('2026-10-01T00:00:00'), at('2026-10-02T00:00:00'), week)).toBe(0)
    expect(workingBetween(at('2026-10-10T00:00:00'), at('2026-10-11T00:00:00'), week)).toBe(7 * HOUR)
    expect(workingBetween(at('2026-10-11T00:00:00'), at('2026-10-12T00:00:00'), week)).toBe(0)
  })
  it('is counted for limits in working days and hours only, and not for a year', () => {
    expect(['3wd', '4wh', '15nd', '24h', '', undefined].map(inWorkingTime)).toEqual([true, true, false, false, false, false])
    expect(workingBetween(at('2026-01-01T00:00:00'), at('2027-01-01T00:00:00'), week)).toBeNull()
  })
  it('reads as working days and hours, or as a clock that says so', () => {
    expect(workingSpan(16 * HOUR, 7 * HOUR, 'zh')).toEqual({ figure: '2工作日 02:00', word: '' })
    expect(workingSpan(2 * HOUR + 61_000, 7 * HOUR, 'zh')).toEqual({ figure: '02:01:01', word: '工时' })
    expect(workingSpan(16 * HOUR, 7 * HOUR, 'en').figure).toBe('2wd 02:00')
  })
})
