import { describe, expect, it } from 'vitest'
import type { DoAnswer, Matter, Offer, StatusInfo } from '../src/api/types'
import { bodyFor, commonOffers, type Outcome, run } from '../src/board/bulk'
import { columnsOf, fillColumns } from '../src/board/columns'
import { filtersOn, passes, queryWords, readQuery, serverQuery, sortBy, viewWords } from '../src/board/query'
import { between } from '../src/board/selection'

const matter = (id: string, more: Partial<Matter> = {}): Matter =>
  ({ source: '/s', service: 's', kind: 'k', id, number: id, version: 1, status: 'A', category: 'c1', open: true, lead_unit: '', units: [], area: '', ...more }) as Matter

describe('the address of a board', () => {
  it('says what is shown and reads the same again', () => {
    const words = { service: 's', due: 'late', area: '11', status: 'A', category: 'c1', unit: 'u', q: '雨伞', scope: 'closed', sort: '-opened', mode: 'kanban' }
    const query = readQuery('k', words)
    expect(queryWords(query)).toEqual(words)
    expect(viewWords(query)).toEqual({ ...words, kind: 'k' })
    expect(filtersOn(query)).toBe(4)
  })
  it('takes nothing it does not know', () => {
    const query = readQuery(undefined, { due: 'never', sort: 'colour', mode: 'pie', scope: 'x', q: ['a'] })
    expect(query).toMatchObject({ kind: '', due: '', sort: 'due', mode: '', closed: false, q: '' })
    expect(queryWords(query)).toEqual({})
  })
  it('asks the server for the same', () => {
    expect(serverQuery(readQuery('k', { due: 'soon', unit: 'u', q: 'x' }))).toEqual({ open: true, sort: 'due', kind: 'k', due: 'soon', unit: 'u', q: 'x' })
    expect(serverQuery(readQuery('', { scope: 'closed' }))).toEqual({ open: false, sort: '-updated' })
  })
})

describe('rows', () => {
  it('pass status, category and unit as the server would', () => {
    const m = matter('1', { lead_unit: 'a', units: [{ unit: 'b' }] as Matter['units'] })
    expect(passes(m, { status: 'A,B', category: '', unit: '' })).toBe(true)
    expect(passes(m, { status: 'B', category: '', unit: '' })).toBe(false)
    expect(passes(m, { status: '', category: 'c2', unit: '' })).toBe(false)
    expect([passes(m, { status: '', category: '', unit: 'b' }), passes(m, { status: '', category: '', unit: 'z' })]).toEqual([true, false])
  })
  it('stand in the order asked for', () => {
    const list = [matter('2', { opened_at: '2026-01-02T00:00:00Z' }), matter('1', { opened_at: '2026-01-03T00:00:00Z' }), matter('3', { opened_at: '2026-01-01T00:00:00Z' })]
    expect(sortBy(list, 'number').map((m) => m.id)).toEqual(['1', '2', '3'])
    expect(sortBy(list, '-opened').map((m) => m.id)).toEqual(['1', '2', '3'])
    expect(sortBy(list, 'opened').map((m) => m.id)).toEqual(['3', '2', '1'])
  })
  it('stand in the column of their status, those of one order together', () => {
    const statuses = [
      { id: 'B', order: 1, open: true, tone: 'active' },
      { id: 'A', order: 0, open: true },
      { id: 'C', order: 1, open: true },
      { id: 'X', order: -1, open: true },
      { id: 'Z', order: 2, open: false },
    ] as StatusInfo[]
    const columns = fillColumns(columnsOf(statuses, false, (s) => s.id), [matter('1', { status: 'C' }), matter('2'), matter('3', { kind: 'other' }), matter('4', { status: 'X' })], 's', 'k')
    expect(columns.map((c) => [c.titles.join('/'), c.items.map((m) => m.id).join()])).toEqual([
      ['A', '2'],
      ['B/C', '1'],
    ])
  })
  it('are chosen from the anchor to the row, whichever comes first', () => {
    expect(between(['a', 'b', 'c', 'd'], 'c', 'a')).toEqual(['a', 'b', 'c'])
    expect(between(['a', 'b', 'c', 'd'], 'gone', 'b')).toEqual(['b'])
  })
})

const offer = (action: string, prefill: Record<string, unknown>, more: Partial<Offer> = {}): Offer => ({ service: 's', action, title: { zh: action, en: action }, tone: 'normal', prefill, fixed: [], note: null, order: 0, ...more }) as Offer

describe('acting on many', () => {
  const rows = [
    { key: '1', offers: [offer('close', { id: '1', why: '' }, { order: 2 }), offer('sign', { id: '1', part: 'p1', unit: 'u' }, { fixed: ['unit', 'part'], order: 1 }), offer('only', { id: '1' })] },
    { key: '2', offers: [offer('sign', { id: '2', part: 'p2', unit: 'u' }, { fixed: ['unit', 'part'] }), offer('close', { id: '2', why: '' }), offer('twice', { id: '2' })] },
  ]
  it('offers what every row offers, exactly once', () => {
    expect(commonOffers(rows, () => 'id').map((c) => c.offer.action)).toEqual(['sign', 'close'])
    const doubled = [rows[0]!, { key: '3', offers: [offer('close', { id: '3' }), offer('close', { id: '3', why: 'x' })] }]
    expect(commonOffers(doubled, () => 'id')).toEqual([])
    expect(commonOffers([], () => 'id')).toEqual([])
  })
  it('asks once for what is common and leaves each row its own', () => {
    const sign = commonOffers(rows, () => 'id')[0]!
    expect(sign.own).toEqual(['id', 'part'])
    expect(sign.offer.prefill).toEqual({ unit: 'u' })
    expect(sign.offer.fixed).toEqual(['unit'])
    expect(bodyFor(sign, '2', { unit: 'u', note: '好' })).toEqual({ unit: 'u', note: '好', id: '2', part: 'p2' })
  })
  it('sends one command for each under its own key and tells every outcome; only what was lost is sent again', async () => {
    let outcomes: Outcome[] = ['1', '2', '3'].map((key) => ({ key, command: `c${key}`, state: 'waiting', text: '' }))
    const sent: string[] = []
    const told = (o: Outcome) => (outcomes = outcomes.map((x) => (x.key === o.key ? o : x)))
    const read = (e: unknown) => ((e as Error).message === 'no' ? ({ state: 'refused', text: '已有人办理' } as const) : ({ state: 'lost', text: '' } as const))
    let line = false
    const send = async (key: string, command: string) => {
      sent.push(command)
      if (key === '2') throw new Error('no')
      if (key === '3' && !line) throw new Error('net')
      return {} as DoAnswer
    }
    await run(outcomes, send, read, told, 2)
    expect(outcomes.map((o) => o.state)).toEqual(['done', 'refused', 'lost'])
    expect(outcomes[1]!.text).toBe('已有人办理')
    line = true
    await run(outcomes, send, read, told, 2)
    expect(outcomes.map((o) => o.state)).toEqual(['done', 'refused', 'done'])
    expect([...sent].sort()).toEqual(['c1', 'c2', 'c3', 'c3'])
  })
})
