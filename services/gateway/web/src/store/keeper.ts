/** Goes with a session: ends one that nobody uses, warned a minute before (GB/T 22239 8.1.4.1 b); keeps page settings. */
import { endOf, idleStep, type SessionEnd } from '../lib/idle'
import type { Session } from '../api/types'
import { ending, last } from './acts'
import { leaveSettings, takeSettings } from './settings'

const AGAIN_MS = 5000
let asked = 0
let end: SessionEnd | null = null
let timer: number | undefined
let busy = false
let ask: (quiet: boolean) => Promise<unknown> = () => Promise.resolve()

last.onAct = () => {
  if (ending.value && !ending.value.final) step()
}

function step(): void {
  if (!end || busy) return
  const now = Date.now()
  const todo = idleStep(end, last.act, asked, now)
  ending.value = todo === 'warn' ? { seconds: Math.ceil((end.ends - now) / 1000), final: end.ends >= end.latest } : null
  if (todo === 'nothing' || todo === 'warn') return
  if (todo === 'over' && now - asked < AGAIN_MS) return // no line: asked again in a while
  if (todo !== 'tell') asked = now
  busy = true
  void ask(todo !== 'tell').finally(() => (busy = false))
}

/** What the gateway says of the session; `how` asks again, quietly or as an act of the person. */
export function keep(said: Session, how: (quiet: boolean) => Promise<unknown>): void {
  takeSettings(said.settings)
  end = endOf(said, Date.now())
  ask = how
  timer ??= window.setInterval(step, 1000)
}

export function letGo(): void {
  window.clearInterval(timer)
  timer = undefined
  end = null
  asked = 0
  ending.value = null
  leaveSettings()
}
