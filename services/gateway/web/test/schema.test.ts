import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../src/api/types'
import { bodyOf, check, fieldsOf, placeErrors, startValues } from '../src/lib/schema'

/** A command of a made-up service: lending garden tools. */
const schema: JsonSchema = {
  type: 'object',
  required: ['tool', 'where', 'days', 'photos', 'reason', 'deposits', 'spot'],
  $defs: {
    Spot: { type: 'object', properties: { name: { type: 'string', default: '' }, lon: { anyOf: [{ type: 'number' }, { type: 'null' }], default: null }, lat: { anyOf: [{ type: 'number' }, { type: 'null' }], default: null } } },
    Deposit: { type: 'object', required: ['who', 'fen'], properties: { who: { type: 'string', minLength: 1, 'x-widget': 'unit' }, fen: { type: 'integer', minimum: 0 } } },
  },
  properties: {
    tool: { type: 'string', 'x-widget': 'hidden' },
    where: { type: 'string', 'x-widget': 'area', minLength: 1, 'x-title': { zh: '地点', en: 'Where' } },
    spot: { $ref: '#/$defs/Spot', 'x-widget': 'place' },
    days: { type: 'integer', minimum: 1, maximum: 30 },
    photos: { type: 'array', items: { type: 'object' }, 'x-widget': 'blob-list', minItems: 1, maxItems: 2 },
    reason: { type: 'string', minLength: 4, maxLength: 200, pattern: '\\S' },
    size: { enum: ['SMALL', 'LARGE', null], default: 'SMALL', 'x-enum-titles': [{ zh: '小', en: 'small' }, { zh: '大', en: 'large' }] },
    colours: { type: 'array', items: { enum: ['R', 'G'] }, default: [] },
    note: { anyOf: [{ type: 'string', maxLength: 300 }, { type: 'null' }], default: null },
    until: { type: ['string', 'null'], format: 'date-time', default: null },
    on: { type: 'string', format: 'date' },
    wet: { type: 'boolean', default: false },
    deposits: { type: 'array', items: { $ref: '#/$defs/Deposit' } },
    version: { const: 1 },
  },
}
const fields = fieldsOf(schema)
const by = (name: string) => fields.find((f) => f.name === name)!
const good = () => ({
  ...startValues(fields, { tool: 't-1' }),
  where: 'A1',
  days: '7',
  photos: [{ sha256: 'x' }],
  reason: '修剪树枝用',
  deposits: [{ who: 'U1', fen: '500' }],
})

describe('widgets', () => {
  it('follow the hint first, then the schema', () => {
    expect(Object.fromEntries(fields.map((f) => [f.name, f.widget]))).toEqual({
      tool: 'hidden', where: 'area', spot: 'place', days: 'number', photos: 'blob-list', reason: 'textarea', size: 'choices', colours: 'checks',
      note: 'textarea', until: 'datetime', on: 'date', wet: 'checkbox', deposits: 'list', version: 'hidden',
    })
  })
  it('see through references, nulls and enumerations', () => {
    expect(by('spot').fields.map((f) => f.name)).toEqual(['name', 'lon', 'lat'])
    expect(by('note').nullable).toBe(true)
    expect(by('until').nullable).toBe(true)
    expect(by('size').options.map((o) => o.value)).toEqual(['SMALL', 'LARGE'])
    expect(by('size').options[1]!.title).toEqual({ zh: '大', en: 'large' })
    expect(by('deposits').fields.map((f) => [f.name, f.widget])).toEqual([['who', 'unit'], ['fen', 'number']])
    expect(by('where').title).toEqual({ zh: '地点', en: 'Where' })
  })
  it('break no circle of references', () => {
    const round: JsonSchema = { $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } }, properties: { n: { $ref: '#/$defs/N' } } }
    expect(fieldsOf(round)[0]!.name).toBe('n')
  })
})

describe('the body', () => {
  it('has numbers as numbers, hidden and prefilled values, and no empty optional field', () => {
    expect(bodyOf(fields, good())).toEqual({
      tool: 't-1', where: 'A1', spot: {}, days: 7, photos: [{ sha256: 'x' }], reason: '修剪树枝用', size: 'SMALL',
      deposits: [{ who: 'U1', fen: 500 }], version: 1,
    })
  })
  it('sends what was chosen in an optional field, and a place without its empty parts', () => {
    const body = bodyOf(fields, { ...good(), wet: true, colours: ['G'], spot: { name: '南门', lon: null, lat: null }, until: '2026-01-01T00:00:00.000Z' })
    expect(body).toMatchObject({ wet: true, colours: ['G'], spot: { name: '南门' }, until: '2026-01-01T00:00:00.000Z' })
  })
  it('does not share its start with the prefill', () => {
    const prefill = { photos: [{ sha256: 'x' }] }
    const values = startValues(fields, prefill)
    ;(values.photos as unknown[]).push(1)
    expect(prefill.photos.length).toBe(1)
  })
})

describe('checks before sending', () => {
  it('pass a good form', () => {
    expect([...check(fields, good())]).toEqual([])
  })
  it('name each field and its limit', () => {
    const wrong = check(fields, { ...good(), where: '', days: '40', reason: '短', photos: [] })
    expect(Object.fromEntries(wrong)).toEqual({
      where: { key: 'form.missing' },
      days: { key: 'form.tooBig', n: 30 },
      reason: { key: 'form.tooShort', n: 4 },
      photos: { key: 'form.missing' },
    })
  })
  it('count characters, not bytes or surrogates', () => {
    expect(check(fields, { ...good(), reason: '🌳🌳🌳🌳' }).size).toBe(0)
    expect(check(fields, { ...good(), reason: '🌳🌳' }).get('reason')).toEqual({ key: 'form.tooShort', n: 4 })
  })
  it('want whole numbers where the schema says integer', () => {
    expect(check(fields, { ...good(), days: '1.5' }).get('days')).toEqual({ key: 'form.notNumber' })
    expect(check(fields, { ...good(), days: 'x' }).get('days')).toEqual({ key: 'form.notNumber' })
  })
})

describe('the owner’s errors', () => {
  it('stand at the field they name, in whatever notation', () => {
    const placed = placeErrors(fields, [
      { field: 'photos.0.size', message: '太大' },
      { field: '$.days', message: '太久' },
      { field: 'deposits[0].fen', code: 'too_short' },
      { field: 'tool', message: '不认识' },
      { field: 'unheard', message: '未知' },
    ])
    expect(Object.fromEntries(placed)).toEqual({ photos: '太大', days: '太久', 'deposits.0.fen': 'too_short', '': '不认识；未知' })
  })
})

describe('shapes beyond plain fields', () => {
  const schema: JsonSchema = {
    type: 'object',
    $defs: { Part: { type: 'object', properties: { code: { type: 'string', minLength: 2 }, days: { type: 'array', items: { type: 'string', format: 'date' } } }, required: ['code'] } },
    properties: {
      parts: { type: 'array', items: { $ref: '#/$defs/Part' } },
      whole: { anyOf: [{ $ref: '#/$defs/Part' }, { type: 'null' }], default: null },
      names: { type: 'object', additionalProperties: { type: 'string' } },
      shape: { type: 'object', properties: { type: { type: 'string' }, coordinates: { type: 'array', items: {} } } },
    },
    required: ['parts'],
  }
  const fields = fieldsOf(schema)
  it('have widgets of their own', () => {
    expect(fields.map((f) => f.widget)).toEqual(['list', 'group', 'map', 'json'])
    expect(fields[0]!.fields.map((f) => f.widget)).toEqual(['text', 'dates'])
  })
  it('leave out what was not begun, and send what was', () => {
    const start = startValues(fields)
    expect(start.whole).toBeNull()
    expect(bodyOf(fields, { ...start, parts: [{ code: 'ab', days: ['2026-10-01'] }] })).toEqual({ parts: [{ code: 'ab', days: ['2026-10-01'] }] })
    expect(bodyOf(fields, { ...start, whole: { code: '', days: [] } }).whole).toEqual({})
    expect(bodyOf(fields, { ...start, names: { a: 'b' }, shape: { type: 'Point', coordinates: [1, 2] } })).toMatchObject({ names: { a: 'b' }, shape: { type: 'Point', coordinates: [1, 2] } })
  })
  it('are checked inside', () => {
    const wrong = check(fields, { ...startValues(fields), parts: [{ code: 'ab' }, { code: 'x' }], whole: { code: '' }, shape: '{no json' })
    expect([...wrong.keys()].sort()).toEqual(['parts.1.code', 'shape', 'whole.code'])
  })
})
