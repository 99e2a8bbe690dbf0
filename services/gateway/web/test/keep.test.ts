import { describe, expect, it } from 'vitest'
import { KEPT_MS, listedIn, MOST_OFFERS, MOST_PAGES, surplus } from '../src/lib/keep'

const named = (name: string, at: number) => ({ name, at })

describe('what of the last answers goes', () => {
  it('what is older than a session lasts', () => {
    expect(surplus([named('view', 0), named('session', 10)], KEPT_MS)).toEqual(['view'])
  })
  it('the pages opened longest ago, each with what its owner told', () => {
    const pages = Array.from({ length: MOST_PAGES + 2 }, (_, i) => [named(`page|s|k|${i}`, i + 1), named(`detail|s|k|${i}`, i + 1)]).flat()
    expect(surplus([...pages, named('matters|x|todo', 0.5)], 100).sort()).toEqual(['detail|s|k|0', 'detail|s|k|1', 'page|s|k|0', 'page|s|k|1'])
    expect(surplus(pages.slice(4), 100)).toEqual([])
  })
  it('a page whose owner told nothing takes nothing else along', () => {
    expect(surplus(Array.from({ length: MOST_PAGES + 1 }, (_, i) => named(`page|s|k|${i}`, i + 1)), 100)).toEqual(['page|s|k|0'])
  })
  it('offers beyond so many', () => {
    expect(surplus(Array.from({ length: MOST_OFFERS + 1 }, (_, i) => named(`offers|s|k|${i}`, i + 1)), 1000)).toEqual(['offers|s|k|0'])
  })
})

describe('a matter whose page was never opened', () => {
  const matter = (id: string, version: number) => ({ service: 's', kind: 'k', id, version })
  const kept = [
    { name: 'matters|unit:a|todo', at: 5, value: { items: [matter('1', 1)] } },
    { name: 'matters|area:b|todo', at: 9, value: { items: [matter('1', 2), matter('2', 1)] } },
    { name: 'page|s|k|3', at: 9, value: { matter: matter('3', 1) } },
    { name: 'matters|broken', at: 10, value: null },
  ]
  it('is what the latest list says of it, and since when', () => {
    expect(listedIn(kept, { service: 's', kind: 'k', id: '1' })).toEqual({ matter: matter('1', 2), at: 9 })
  })
  it.each([
    { service: 's', kind: 'k', id: '3' },
    { service: 'other', kind: 'k', id: '1' },
    { service: 's', kind: 'other', id: '1' },
  ])('is nothing where no list has it: %o', (wanted) => expect(listedIn(kept, wanted)).toBeNull())
})
