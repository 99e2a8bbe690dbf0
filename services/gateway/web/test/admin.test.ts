import { describe, expect, it } from 'vitest'
import { adminTabs, dayAfter, dayStart, firstPassword } from '../src/lib/admin'
import { entriesOf, typeOf } from '../src/lib/describe'

describe('administration', () => {
  it.each([
    ['system_admin', ['accounts', 'directory', 'limits']],
    ['security_admin', ['accounts', 'directory', 'limits']],
    ['audit_admin', ['audit']],
    ['operator', ['limits']],
    ['registrar', ['directory']],
    ['somebody', []],
  ])('%s opens the own pages alone', (role, tabs) => expect(adminTabs([role])).toEqual(tabs))
  it('makes first passwords of four classes', () => {
    let n = 7
    const made = firstPassword((most) => (n = (n * 48271) % 2147483647) % most)
    expect(made).toHaveLength(16)
    for (const some of [/[a-z]/, /[A-Z]/, /[2-9]/, /[-+=]/]) expect(made).toMatch(some)
  })
  it('a day of the audit is a day in Shanghai, the last one included', () => {
    expect(dayStart('2026-12-01')).toBe('2026-12-01T00:00:00+08:00')
    expect(dayAfter('2026-12-01')).toBe('2026-12-01T16:00:00.000Z')
  })
})

describe('described interfaces', () => {
  it('are a list of what is asked with its fields', () => {
    const schemas = { 'a.b': { properties: { x: { type: 'array', items: { type: 'string' } }, y: { $ref: '#/components/schemas/T' } }, required: ['x'] } }
    const paths = { '/p': { post: { summary: 'S', tags: ['a'], requestBody: { content: { j: { schema: { $ref: '#/components/schemas/a.b' } } } } } } }
    const [entry] = entriesOf({ paths, components: { schemas } })
    expect(entry).toMatchObject({ group: 'a', method: 'POST', name: '/p', title: 'S' })
    expect(entry?.fields).toEqual([{ name: 'x', type: 'string[]', required: true, note: '' }, { name: 'y', type: 'T', required: false, note: '' }])
    expect(typeOf({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toBe('string | null')
  })
})
