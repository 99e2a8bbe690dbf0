/** When a session ends, and what a page does about it; pure. Times are milliseconds of this device's clock. */

/** How long before the end the warning stands. */
export const WARN_MS = 60_000
/** A person at work is told to the gateway at most this often. */
export const TELL_MS = 60_000

export interface SessionEnd {
  /** Idle end, as the gateway last said. */
  ends: number
  /** The end no act puts off. */
  latest: number
  /** When the gateway last said so. */
  heard: number
}
export type IdleStep = 'nothing' | 'tell' | 'ask' | 'warn' | 'over'

/** By the server's own clock, so that a device whose clock is wrong warns at the right moment. */
export function endOf(said: { expires_at: string; ends_at: string; as_of: string }, now: number): SessionEnd {
  const at = (iso: string): number => now + Date.parse(iso) - Date.parse(said.as_of)
  return { ends: at(said.expires_at), latest: at(said.ends_at), heard: now }
}

/** What to do now. `asked` is when the gateway was last asked without counting as an act (another tab may be at work). */
export function idleStep(end: SessionEnd, lastAct: number, asked: number, now: number): IdleStep {
  if (now >= end.ends) return 'over'
  const final = end.ends >= end.latest
  if (lastAct > end.heard && !final && (now - end.heard >= TELL_MS || end.ends - now <= WARN_MS)) return 'tell'
  if (end.ends - now > WARN_MS) return 'nothing'
  return asked < end.ends - WARN_MS ? 'ask' : 'warn'
}
