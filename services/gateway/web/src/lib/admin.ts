/** What an administrator may open: each of the three sees the own part alone; pure. */
export type AdminTab = 'accounts' | 'directory' | 'limits' | 'audit'

const TABS: [AdminTab, readonly string[]][] = [
  ['accounts', ['system_admin', 'security_admin']],
  ['directory', ['system_admin', 'security_admin', 'registrar']],
  ['limits', ['system_admin', 'security_admin', 'operator']],
  ['audit', ['audit_admin']],
]

export const adminTabs = (roles: readonly string[]): AdminTab[] => TABS.filter(([, who]) => who.some((r) => roles.includes(r))).map(([tab]) => tab)

const LETTERS = ['abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '-+=']
/** A first password of 16 signs out of four classes that are not mistaken for one another; `random` answers 0 ≤ x < n. */
export function firstPassword(random: (n: number) => number): string {
  const all = LETTERS.join('')
  const signs = [...LETTERS.map((l) => l[random(l.length)]), ...Array.from({ length: 12 }, () => all[random(all.length)])]
  for (let i = signs.length - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[signs[i], signs[j]] = [signs[j], signs[i]]
  }
  return signs.join('')
}
/** A day of a form as an instant: its beginning in Shanghai. */
export const dayStart = (day: string): string => (day ? `${day}T00:00:00+08:00` : '')
export function dayAfter(day: string): string {
  return day ? new Date(Date.parse(dayStart(day)) + 86_400_000).toISOString() : ''
}
