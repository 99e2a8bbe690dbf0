import { describe, expect, it } from 'vitest'
import { findAreas } from '../src/lib/find'

const area = (code: string, level: string, zh: string, en: string) => ({ code, level, title: { zh, en } })
const all = [
  area('320199001', 'street', '枢纽街道', 'Shuniu Street'),
  area('320199001001', 'community', '青桐社区', 'Qingtong Community'),
  area('320199001002', 'community', '望湖社区', 'Wanghu Community'),
  area('320199001003', 'community', '学府社区', 'Xuefu Community'),
  area('320199001001001', 'grid', '青桐第1网格', 'Qingtong Grid 1'),
  area('320199001001003', 'grid', '青桐第3网格', 'Qingtong Grid 3'),
  area('320199001001509', 'grid', '紫藤家园', 'Ziteng Homes'),
  area('320199001002501', 'grid', '瑞景社区卫生服务中心', 'Ruijing Health Centre'),
]
const codes = (words: string) => findAreas(all, words).map((a) => a.code.slice(9))

describe('an area by words', () => {
  it.each([
    ['青桐', ['001', '001001', '001003']],
    ['青桐社区', ['001']],
    ['青桐3', ['001003', '001']],
    ['qingtong grid', ['001001', '001003', '001']],
    ['紫藤', ['001509']],
    ['家园', ['001509']],
    ['枢纽街道青桐社区紫藤家园3幢502', ['001509', '001', '']],
    ['３２０１９９００１００２', ['002', '002501']],
    ['320199001001509', ['001509']],
    ['卫生 瑞景', ['002501']],
  ])('%s', (words, found) => expect(codes(words)).toEqual(found))
  it.each(['', ' ', '青', '三元巷', '!!', '12'])('says nothing: "%s"', (words) => expect(codes(words)).toEqual([]))
  it('names so many at most', () => expect(findAreas(all, '青桐', 2)).toHaveLength(2))
})
