/** The phone's own store (IndexedDB): last answers, what waits to be sent, its files. Everything carries its account. */

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((go, fail) => {
    const asked = indexedDB.open('shuniu', 1)
    asked.onupgradeneeded = () => {
      const db = asked.result
      db.createObjectStore('kept', { keyPath: ['account', 'name'] }).createIndex('account', 'account')
      db.createObjectStore('items', { keyPath: 'id' }).createIndex('account', 'account')
      db.createObjectStore('files', { keyPath: ['account', 'service', 'sha256'] }).createIndex('account', 'account')
    }
    asked.onsuccess = () => {
      // Another tab with a newer page wants to change the store: let it.
      asked.result.onversionchange = () => {
        asked.result.close()
        opened = null
      }
      go(asked.result)
    }
    asked.onerror = () => fail(asked.error)
    asked.onblocked = () => fail(new Error('blocked'))
  })
  opened.catch(() => (opened = null))
  return opened
}

type Store = 'kept' | 'items' | 'files'

async function run<T>(store: Store, mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T> | null): Promise<T | undefined> {
  const db = await open()
  return new Promise((go, fail) => {
    const transaction = db.transaction(store, mode)
    const asked = work(transaction.objectStore(store))
    // Answered only once it is on the disk: what was promised to be kept is kept.
    transaction.oncomplete = () => go(asked?.result)
    transaction.onerror = transaction.onabort = () => fail(transaction.error)
  })
}

export const get = <T>(store: Store, key: IDBValidKey): Promise<T | undefined> => run<T>(store, 'readonly', (s) => s.get(key) as IDBRequest<T>)
export const put = (store: Store, value: unknown): Promise<unknown> => run(store, 'readwrite', (s) => s.put(value))
export const remove = (store: Store, key: IDBValidKey): Promise<unknown> => run(store, 'readwrite', (s) => s.delete(key))
export const ofAccount = async <T>(store: Store, account: string): Promise<T[]> =>
  (await run<T[]>(store, 'readonly', (s) => s.index('account').getAll(account) as IDBRequest<T[]>)) ?? []

/** Removes everything of a store that is (or is not) of an account. */
export const clear = (store: Store, account: string, whose: 'own' | 'others'): Promise<unknown> =>
  run(store, 'readwrite', (s) => {
    const cursor = s.openCursor()
    cursor.onsuccess = () => {
      const at = cursor.result
      if (!at) return
      if (((at.value as { account: string }).account === account) === (whose === 'own')) at.delete()
      at.continue()
    }
    return null
  })
