import { expect, it } from 'vitest'
import { readyBody } from '../src/lib/onetap'
import type { Action, Offer } from '../src/api/types'

const action = (more: Partial<Action> = {}): Action =>
  ({ name: 's.take', title: { zh: '领', en: 'Take' }, matter_field: 'item', schema: { type: 'object', properties: { item: { type: 'string' }, note: { type: 'string' } }, required: ['item'] }, ...more }) as Action
const offer = (more: Partial<Offer> = {}): Offer => ({ service: 's', action: 's.take', title: { zh: '领', en: 'Take' }, tone: 'primary', prefill: { item: 'i1' }, fixed: [], ...more }) as Offer

it('what may still be filled in is asked for', () => expect(readyBody(action(), offer())).toBeNull())
it('what leaves nothing open goes with one tap', () => expect(readyBody(action(), offer({ prefill: { item: 'i1', note: '' }, fixed: ['note'] }))).toEqual({ item: 'i1' }))
it('what its owner has a word about is shown first', () => expect(readyBody(action(), offer({ fixed: ['note'], note: { zh: '注意', en: 'Mind' } }))).toBeNull())
it('an action nobody declares is not given', () => expect(readyBody(undefined, offer())).toBeNull())
