import { describe, expect, it } from 'vitest'
import { endOf, idleStep } from '../src/lib/idle'

const MIN = 60_000
const end = { ends: 30 * MIN, latest: 720 * MIN, heard: 0 }

describe('the end of a session', () => {
  it('is told by the clock of the server', () => {
    const said = { expires_at: '2026-12-01T01:30:00Z', ends_at: '2026-12-01T09:00:00Z', as_of: '2026-12-01T01:00:00Z' }
    expect(endOf(said, 5_000)).toEqual({ ends: 30 * MIN + 5_000, latest: 480 * MIN + 5_000, heard: 5_000 })
  })
  it.each([
    ['nothing is done while there is time', 0, 0, 10 * MIN, 'nothing'],
    ['who works is told to the gateway once a minute', 5 * MIN, 0, 5 * MIN + 1, 'tell'],
    ['and not more often', 30_000, 0, 40_000, 'nothing'],
    ['before the warning the gateway is asked: another tab may be at work', 0, 0, 29 * MIN + 1, 'ask'],
    ['a minute before the end there is a warning', 0, 29 * MIN + 1, 29 * MIN + 2, 'warn'],
    ['an act during the warning keeps the session', 29.5 * MIN, 29 * MIN + 1, 29.5 * MIN, 'tell'],
    ['at the end it is over', 0, 29 * MIN + 1, 30 * MIN, 'over'],
  ])('%s', (_, lastAct, asked, now, step) => expect(idleStep(end, lastAct, asked, now)).toBe(step))
  it('is put off by no act once it is the longest a session lasts', () => {
    const final = { ends: 720 * MIN, latest: 720 * MIN, heard: 700 * MIN }
    expect(idleStep(final, 719.5 * MIN, 719.1 * MIN, 719.6 * MIN)).toBe('warn')
  })
})
