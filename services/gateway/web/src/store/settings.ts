/** How an account wants its pages, kept by the gateway: what it says goes over what this device remembers. */
import { ref, watch } from 'vue'
import { setPageSettings } from '../api/signin'
import type { PageSettings } from '../api/types'
import { lang, textSize, themeChoice } from './prefs'

const DELAY_MS = 400
/** Whether the last change could not be kept at the gateway. */
export const notKept = ref(false)

let told = ''
let timer: number | undefined
let following = false

const now = (): PageSettings => ({ language: lang.value, theme: themeChoice.value, text_size: textSize.value })

/** What the account says, taken once for each time it says something else; '' leaves the device's own. */
export function takeSettings(settings: PageSettings | undefined): void {
  following = true
  const said = JSON.stringify(settings ?? {})
  if (said === told) return
  told = said
  if (settings?.language) lang.value = settings.language
  if (settings?.theme) themeChoice.value = settings.theme
  if (settings?.text_size) textSize.value = settings.text_size
}

/** Nobody is signed in: changes are this device's. */
export function leaveSettings(): void {
  following = false
  told = ''
  window.clearTimeout(timer)
}

watch([lang, themeChoice, textSize], () => {
  if (!following || JSON.stringify(now()) === told) return
  window.clearTimeout(timer)
  timer = window.setTimeout(() => {
    const wanted = now()
    if (!following || JSON.stringify(wanted) === told) return
    setPageSettings(wanted).then(
      () => {
        told = JSON.stringify(wanted)
        notKept.value = false
      },
      () => (notKept.value = true),
    )
  }, DELAY_MS)
})
