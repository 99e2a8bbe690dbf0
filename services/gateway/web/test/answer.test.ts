import { describe, expect, it } from 'vitest'
import { blocksOf, linesOf, type Saying } from '../src/lib/answer'

const both = (zh: string) => ({ zh, en: zh })
const NAMES: Record<string, string> = { number: '编号', solved: '是否解决', phone: '电话', tags: '标签', state: '状态' }
const say: Saying = {
  text: (x) => x.zh,
  name: (key) => NAMES[key] ?? '',
  said: (key, v) => (key === 'state' && v === 'OPEN' ? '开着' : v),
  time: (iso) => iso.slice(0, 10),
  yes: (is) => (is ? '是' : '否'),
  list: '、',
}
const lines = (x: unknown) => linesOf(x, say).map((l) => [l.label, l.value])

describe('what anybody is answered', () => {
  it('is said in its owner\'s words, and what it has no word for is left to machines', () => {
    expect(lines({ number: 'Q-1', status: 'UNDER_WAY', open: true, n: 3, may_rate: true, solved: false, state: 'OPEN', as_of: '2026-11-23T01:00:00Z', at: '2026-11-23T01:00:00Z', alg: 'Ed25519', role: 'clerk' })).toEqual([
      ['编号', 'Q-1'],
      ['是否解决', '否'],
      ['状态', '开着'],
    ])
  })
  it('words stand by themselves, steps by when they were', () => {
    expect(lines({ title: both('等您说'), hint: '请稍候', steps: [{ title: both('收到了'), at: '2026-11-23T01:00:00Z' }, { title: both('做着'), at: '2026-11-24T01:00:00Z' }] })).toEqual([
      ['', '等您说'],
      ['', '请稍候'],
      ['2026-11-23', '收到了'],
      ['2026-11-24', '做着'],
    ])
  })
  it('structures are laid flat, ids, hashes and nothings left out', () => {
    expect(lines({ workers: [{ title: both('看守'), phone: '13800000000', since: null, ref: '01a205ea-be80-7344-8092-edb2e2cc0eb7' }], tags: ['甲', '乙'], none: '' })).toEqual([
      ['', '看守'],
      ['电话', '13800000000'],
      ['标签', '甲、乙'],
    ])
    expect(lines(null)).toEqual([])
    expect(lines('x')).toEqual([])
  })
  it('lists break where something stands by itself', () => {
    const of = (...labels: string[]) => blocksOf(labels.map((label) => ({ label, value: 'v' }))).map((b) => b.length)
    expect(of('a', 'b', '', 'c')).toEqual([2, 1, 1])
    expect(of()).toEqual([])
  })
})
