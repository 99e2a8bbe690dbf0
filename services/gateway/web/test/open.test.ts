import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../src/components/form/CodeField.vue'
import { addressOf, codeField, codeIn, inFours, nearOf, type OpenRoute, wayOf } from '../src/lib/open'
import { qr, remainder } from '../src/lib/qr'
import type { Action } from '../src/api/types'

const T = { zh: '名', en: 'Name' }
const route = (path: string, ...asked: [string, string, string?, boolean?][]): OpenRoute =>
  ({ path, title: T, public: true, asked: asked.map(([name, kind, place = 'query', required = true]) => ({ name, kind, place, required, title: T, choices: [] })) }) as OpenRoute

describe('where people look for what is open', () => {
  it.each([
    [route('/posts', ['lon', 'lon'], ['lat', 'lat']), 'near'],
    [route('/posts/{code}', ['code', 'area', 'path']), 'near'],
    [route('/find', ['words', 'words']), 'find'],
    [route('/find', ['words', 'words'], ['area', 'area', 'query', false]), 'find'],
    [route('/follow', ['code', 'code']), 'code'],
    [route('/verify/{code}', ['code', 'code', 'path'], ['sha256', 'text', 'query', false]), 'code'],
    [route('/stars', ['area', 'area', 'query', false]), 'read'],
    [route('/disclosed'), 'read'],
    [route('/receipt', ['code', 'code'], ['document', 'text']), 'ask'],
    [route('/half', ['lon', 'lon']), 'ask'],
  ])('%#', (r, way) => expect(wayOf(r)).toBe(way))

  it('a place answers a point and an area, and only what it has', () => {
    const byPoint = route('/posts', ['lon', 'lon'], ['lat', 'lat'])
    const byArea = route('/posts/{code}', ['code', 'area', 'path'])
    expect(nearOf(byPoint, '001', null)).toBeNull()
    expect(nearOf(byPoint, '001', { lon: 1, lat: 2 })).toEqual({ lon: 1, lat: 2 })
    expect(nearOf(byArea, '001', null)).toEqual({ code: '001' })
  })
  it('path and query are filled from what was given', () => {
    expect(addressOf(route('/a/{code}', ['code', 'code', 'path'], ['on', 'date', 'query', false]), { code: 'X 1', on: '' })).toEqual({ path: '/a/X 1', query: {} })
    expect(addressOf(route('/a', ['code', 'code']), { code: 'X' })).toEqual({ path: '/a', query: { code: 'X' } })
  })
})

describe('codes', () => {
  const action = (properties: Record<string, unknown>) => ({ name: 's.rate', title: T, schema: { type: 'object', properties } }) as unknown as Action
  it('a form takes one by its format, its widget or its plain name', () => {
    expect(codeField(action({ held: { type: 'string', format: 'code' } }))).toBe('held')
    expect(codeField(action({ code: { type: 'string' } }))).toBe('code')
    expect(codeField(action({ text: { type: 'string' } }))).toBe('')
  })
  it('an answer carries one under its name', () => {
    expect(codeIn({ answer: { code: 'ABCD' } })).toBe('ABCD')
    expect(codeIn({ answer: {} })).toBe('')
    expect(codeIn(null)).toBe('')
  })
  it('are read in fours', () => expect(inFours('abcd-efgh12')).toBe('abcd efgh 12'))
  it.each([
    ['ABCD2345', 'ABCD2345'],
    [' ABCD2345\n', 'ABCD2345'],
    ['https://view.example/#/open?code=AB%2DCD', 'AB-CD'],
    ['https://view.example/x/verify/AB12?sha256=0', 'AB12'],
  ])('scanned %s', (text, code) => expect(codeOf(text)).toBe(code))
})

describe('QR codes', () => {
  it('check words are those of the standard\'s worked example', () => {
    expect(remainder([0x20, 0x5b, 0x0b, 0x78, 0xd1, 0x72, 0xdc, 0x4d, 0x43, 0x40, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11], 10)).toEqual([0xc4, 0x23, 0x27, 0x77, 0xeb, 0xd7, 0xe7, 0xe2, 0x5d, 0x17])
  })
  // Every version filled to its last byte; compared once with another implementation, module for module.
  it.each([
    [14, 'ca4e5f8669011ed0'],
    [26, '6b3c728f6da5c737'],
    [42, '29e68797907db7dd'],
    [62, '9040f52bb1e8a298'],
    [84, '11f4048c14db893b'],
    [106, '170d10b70f318bfd'],
    [122, '91c925bdfb77e72b'],
    [152, '8216411ad53f340a'],
    [180, '21e02ceea8d235cf'],
  ])('%i bytes', (n, digest) => {
    const rows = qr('x'.repeat(n)).map((r) => r.map((on) => (on ? '1' : '0')).join(''))
    expect(createHash('sha256').update(rows.join('\n')).digest('hex').slice(0, 16)).toBe(digest)
  })
  it('what does not fit is said', () => expect(() => qr('x'.repeat(181))).toThrow(RangeError))
})
