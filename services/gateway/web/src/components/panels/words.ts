import type { Words } from '../../lib/panels'
import { sign, tx } from '../../i18n'
import { areaTitle, kindWithStatus, statusTitle, unitStatusTitle, unitTitle } from '../../store/world'

/** Titles for the cells and bars of a service's panels. */
export const wordsOf = (service: string): Words => ({
  unit: unitTitle,
  area: areaTitle,
  status: (id) => {
    const found = kindWithStatus(service, id)
    return (found.unit ? unitStatusTitle : statusTitle)(service, found.kind, id)
  },
  text: tx,
  list: sign.list,
})
