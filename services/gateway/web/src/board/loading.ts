/** All matters under a filter, page by page. */
import { api } from '../api/client'
import { keyOf } from '../store/batch'
import { setClock } from '../store/clock'
import { take } from '../store/live'

/** Loads all matters under a filter in pages, newest versions winning; `progress` gets (loaded, total). */
export async function loadAll(
  query: Parameters<typeof api.matters>[0],
  most: number,
  signal: AbortSignal,
  progress: (loaded: number, total: number) => void,
): Promise<{ keys: string[]; total: number }> {
  const keys: string[] = []
  let total = 0
  for (let offset = 0; offset < most; ) {
    const page = await api.matters({ ...query, limit: 500, offset }, signal)
    setClock(page.as_of)
    take(page.items)
    for (const m of page.items) keys.push(keyOf(m))
    total = page.total
    offset += page.items.length
    progress(keys.length, total)
    if (page.items.length === 0 || offset >= total) break
  }
  return { keys, total }
}
