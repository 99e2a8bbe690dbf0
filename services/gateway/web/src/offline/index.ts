/** Working without a line: keeps last answers, sends what waits when the line is back, keeps the page itself. */
import { effectScope, type EffectScope, watch } from 'vue'
import { sign, tx } from '../i18n'
import { q } from '../i18n/phone'
import { keeper, offline, updated } from '../store/line'
import { liveState, refetch } from '../store/live'
import { session } from '../store/session'
import { toast } from '../store/toast'
import { reloadAreas, reloadView } from '../store/world'
import { forget, keeperOf, keepSession, tidy } from './kept'
import { begin, end, flush, load, sweep } from './outbox'

/** A hundred files are fetched to be kept: not while what was asked for is on its way. */
const KEEP_AFTER_MS = 3_000

let scope: EffectScope | null = null

/** Called whenever somebody has come in. `renew` asks the gateway whether the session still holds. */
export async function start(renew: () => Promise<boolean>): Promise<void> {
  const here = session.value
  if (!here) return
  scope?.stop()
  scope = effectScope(true)
  keeper.at = keeperOf(here.account.id)
  for (const [name, value] of keeper.early) keeper.at.put(name, value)
  keeper.early.clear()
  if (!offline.value) void keepSession(here).catch(() => undefined)
  begin({
    renew,
    settled: (item) =>
      item.state === 'sent'
        ? toast(`${q('queue.sent')}${sign.colon}${tx(item.title)}${item.said ? ` ${item.said}` : ''}`, 'good', '#/queue')
        : toast(`${q('queue.refused')}${sign.colon}${tx(item.title)}`, 'bad', '#/queue'),
  })
  scope.run(() => {
    // The stream is the surest sign of a line; a browser's own word comes second.
    watch(liveState, (state) => state === 'live' && void back())
    // A renewed session is newer than what was kept of it.
    watch(session, (s) => (s ? !offline.value && void keepSession(s).catch(() => undefined) : end()))
  })
  window.addEventListener('online', online)
  document.addEventListener('visibilitychange', visible)
  window.setTimeout(register, KEEP_AFTER_MS)
  void tidy(here.account.id).catch(() => undefined)
  await load().catch(() => undefined)
  void sweep().catch(() => undefined)
  if (!offline.value) void flush(true)
  else poll(renew)

  async function back(): Promise<void> {
    if (offline.value) {
      if (!(await renew())) return
      await Promise.all([reloadView(), reloadAreas()]).catch(() => undefined)
      refetch()
    }
    void flush(true)
    renewPage(0)
  }
}

const online = (): void => void flush(true)
const visible = (): void => {
  if (document.hidden) return
  void flush(true)
  renewPage()
}

/** A stream that never opened does not always try again by itself: the page looks every few seconds. */
function poll(renew: () => Promise<boolean>): void {
  const timer = window.setInterval(async () => {
    if (!offline.value || !session.value) return window.clearInterval(timer)
    if (!(await renew())) return
    window.clearInterval(timer)
    await Promise.all([reloadView(), reloadAreas()]).catch(() => undefined)
    refetch()
    void flush(true)
  }, 5_000)
}

/** Signed out on purpose: what was kept goes; what was not sent waits for this account alone. */
export async function stop(account: string): Promise<void> {
  scope?.stop()
  scope = null
  keeper.at = null
  offline.value = false
  window.removeEventListener('online', online)
  document.removeEventListener('visibilitychange', visible)
  end()
  if (account) await forget(account)
}

const cameUpUnder = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null
let worker: ServiceWorkerRegistration | null = null
let registered = false
/** The page itself without a line (sw.js, made whole by the build); only where the browser lets it: HTTPS or this machine. */
function register(): void {
  if (registered || !('serviceWorker' in navigator) || import.meta.env.DEV) return
  registered = true
  // This page came up under that worker: of builds before it nothing is needed any more.
  cameUpUnder?.postMessage('up')
  const changed = (): void => void newer().then((yes) => (updated.value = Boolean(cameUpUnder) && yes))
  navigator.serviceWorker.addEventListener('controllerchange', changed)
  if (navigator.serviceWorker.controller !== cameUpUnder) changed()
  void navigator.serviceWorker
    .register(new URL('sw.js', document.baseURI.replace(/#.*/, '')), { updateViaCache: 'none' })
    .then((found) => (worker = found))
    .catch(() => undefined)
}

/** Whether the worker that has taken over keeps another page than this one. */
async function newer(): Promise<boolean> {
  const builds = (await caches.keys()).filter((name) => name.startsWith('shuniu-'))
  const own = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src
  return Boolean(own && builds.length) && !(await (await caches.open(builds[builds.length - 1]!)).match(own!))
}

let looked = Date.now()
/** A page that is never loaded again asks by itself whether there is a newer one: the line is back, or somebody looks. */
function renewPage(atMostEvery = 60_000): void {
  if (!worker || Date.now() - looked < atMostEvery) return
  looked = Date.now()
  void worker.update().catch(() => undefined)
}
