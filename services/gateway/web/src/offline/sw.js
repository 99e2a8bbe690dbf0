// The page without a line. Made whole by the build, which puts in the list of its files and their hash.
// Answers of the API never come in here, and so no token does: the page keeps what it may keep itself (offline/kept.ts).
const BUILD = 'shuniu-__BUILD__'
const SHELL = __SHELL__
const root = new URL('./', self.location).href

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(BUILD)
      // What an earlier build has already is not fetched again: names of assets are their content.
      await Promise.all(
        SHELL.map(async (name) => {
          const url = new URL(name, root).href
          const had = name.startsWith('assets/') ? await caches.match(url) : undefined
          await cache.put(url, had ?? (await fresh(url)))
        }),
      )
      await self.skipWaiting()
    })(),
  )
})

async function fresh(url) {
  const answer = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer
}

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // The build before stays for pages that are still open, until one came up under this build; older ones go.
      const others = (await caches.keys()).filter((name) => name.startsWith('shuniu-') && name !== BUILD)
      await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
      await self.clients.claim()
    })(),
  )
})

// A page came up under this worker. Where it is the only one, no page of an earlier build is left; caches come in the order
// they were made, so one that is being made for a later build is not touched.
self.addEventListener('message', (event) => {
  if (event.data !== 'up') return
  event.waitUntil(
    (async () => {
      if ((await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).length > 1) return
      const builds = (await caches.keys()).filter((name) => name.startsWith('shuniu-'))
      await Promise.all(builds.slice(0, Math.max(0, builds.indexOf(BUILD))).map((name) => caches.delete(name)))
    })(),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(root)) return
  const path = request.url.slice(root.length).replace(/[?#].*/, '')
  if (request.mode === 'navigate' && path === '') event.respondWith(page(request))
  else if (path.startsWith('assets/')) event.respondWith(asset(request))
  else if (SHELL.includes(path)) event.respondWith(fetch(request).catch(() => kept(request)))
})

const kept = async (request) => (await (await caches.open(BUILD)).match(request, { ignoreSearch: true })) ?? (await caches.match(request, { ignoreSearch: true })) ?? Response.error()

/** The newest page where there is a line, the kept one where there is none or a very slow one. */
async function page(request) {
  const cached = kept(new Request(root))
  let timer
  const slow = new Promise((go) => {
    timer = setTimeout(() => go(null), 4000)
  })
  try {
    const answer = await Promise.race([fetch(request), slow])
    if (answer?.ok) return answer
    const old = await cached
    return old.type === 'error' ? (answer ?? fetch(request)) : old
  } catch {
    return cached
  } finally {
    clearTimeout(timer)
  }
}

async function asset(request) {
  const had = await caches.match(request)
  if (had) return had
  const answer = await fetch(request)
  if (answer.ok) await (await caches.open(BUILD)).put(request, answer.clone())
  return answer
}
