/** Panels that their owner answers itself, from every manifest. */
import type { Panel } from '../api/types'
import { tx } from '../i18n'
import { session } from '../store/session'
import { manifests, serviceList } from '../store/world'

type OwnKind = 'table' | 'gantt' | 'calendar' | 'shapes'
export interface OwnPanel {
  id: string
  service: string
  title: string
  kind: OwnKind
  route: string
}
const OWN = new Set<string>(['table', 'gantt', 'calendar', 'shapes'])

/** Whether it is for this person; its route would refuse others. */
function mine(panel: Panel): boolean {
  const held = session.value?.account.roles ?? []
  return !panel.roles?.length || panel.roles.some((role) => held.includes(role))
}

/** In the order of the manifests. */
function drawn(wanted: (panel: Panel) => boolean, service = ''): OwnPanel[] {
  return serviceList.value
    .filter((s) => !service || s.service === service)
    .flatMap((s) =>
      [...(manifests.value.get(s.service)?.panels ?? [])]
        .filter((x) => OWN.has(x.kind) && x.route && mine(x) && wanted(x))
        .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
        .map((x) => ({ id: `${s.service}|${x.id}`, service: s.service, title: tx(x.title, x.id), kind: x.kind as OwnKind, route: x.route ?? '' })),
    )
}
/** `surface` says where they are drawn. */
export const ownPanels = (surface: Panel['surface'], service = ''): OwnPanel[] => drawn((x) => (x.surface ?? 'overview') === surface, service)
/** Those that belong among the evaluations, wherever else they are. */
export const reportPanels = (): OwnPanel[] => drawn((x) => x.report === true)
