import { afterEach, describe, expect, it } from 'vitest'
import { fill, sign, tx } from '../src/i18n'
import { en as board } from '../src/i18n/board/en'
import { zh as boardZh } from '../src/i18n/board/zh'
import { en } from '../src/i18n/en'
import { en as data } from '../src/i18n/data/en'
import { zh as dataZh } from '../src/i18n/data/zh'
import { en as matter } from '../src/i18n/matter/en'
import { zh as matterZh } from '../src/i18n/matter/zh'
import { en as more } from '../src/i18n/more/en'
import { zh as moreZh } from '../src/i18n/more/zh'
import { en as open } from '../src/i18n/open/en'
import { zh as openZh } from '../src/i18n/open/zh'
import { en as phone } from '../src/i18n/phone/en'
import { zh as phoneZh } from '../src/i18n/phone/zh'
import { en as reports } from '../src/i18n/reports/en'
import { zh as reportsZh } from '../src/i18n/reports/zh'
import { en as signin } from '../src/i18n/signin/en'
import { zh as signinZh } from '../src/i18n/signin/zh'
import { en as system } from '../src/i18n/system/en'
import { zh as systemZh } from '../src/i18n/system/zh'
import { zh } from '../src/i18n/zh'
import { lang } from '../src/store/prefs'

afterEach(() => void (lang.value = 'zh'))

describe('words of the page', () => {
  it('put the noun that goes with a number', () => {
    const text = '{n} {n|entry|entries}, {m} left'
    expect(fill(text, { n: 1, m: 2 })).toBe('1 entry, 2 left')
    expect(fill(text, { n: 0 })).toBe('0 entries, {m} left')
    expect(fill('{n|day|days}', { n: '1' })).toBe('day')
  })
  it('hold no Chinese in English, and ask for the parameters of the Chinese', () => {
    const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
    for (const [source, other] of [[zh, en], [boardZh, board], [moreZh, more], [reportsZh, reports], [systemZh, system], [dataZh, data], [matterZh, matter], [openZh, open], [phoneZh, phone], [signinZh, signin]] as [Record<string, string>, Record<string, string>][]) {
      for (const [key, text] of Object.entries(other)) {
        if (/^lang\.|\.zh$/.test(key)) continue // languages are named in themselves
        expect(/[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/.test(text) ? key : '', key).toBe('')
        expect(names(text), key).toEqual(names(source[key]!))
      }
    }
  })
  it('are set apart by the signs of their language', () => {
    expect(['a', 'b'].join(sign.list)).toBe('a、b')
    lang.value = 'en'
    expect(['a', 'b'].join(sign.list) + sign.colon).toBe('a, b: ')
    expect([tx({ zh: '甲', en: 'A' }), tx('B'), tx(null, 'C')]).toEqual(['A', 'B', 'C'])
  })
})
