/** How the page shows: theme, wall or desk, language, size of text. A device remembers it; see store/settings for accounts. */
import { computed, ref, watch } from 'vue'

export type Theme = 'light' | 'dark'
export type ThemeChoice = Theme | 'system'
export type Mode = 'desk' | 'wall'
export type Language = 'zh' | 'en'
export type TextSize = 'normal' | 'large' | 'largest'

const root = document.documentElement
const keep = (key: string, value: string) => {
  try {
    localStorage.setItem(`shuniu.${key}`, value)
  } catch {
    /* storage is forbidden: it lasts for this page only */
  }
}
export const remembered = (key: string): string | null => {
  try {
    return localStorage.getItem(`shuniu.${key}`)
  } catch {
    return null
  }
}

const known = remembered('theme')
/** What was chosen; `system` follows the device, also while the page is open. */
export const themeChoice = ref<ThemeChoice>(known === 'dark' || known === 'light' ? known : 'system')
const device = window.matchMedia?.('(prefers-color-scheme: dark)')
const deviceDark = ref(root.dataset.theme === 'dark' || Boolean(device?.matches))
device?.addEventListener?.('change', (event) => (deviceDark.value = event.matches))
/** What is drawn; setting it is choosing it. */
export const theme = computed<Theme>({
  get: () => (themeChoice.value === 'system' ? (deviceDark.value ? 'dark' : 'light') : themeChoice.value),
  set: (value) => (themeChoice.value = value),
})
export const mode = ref<Mode>(root.dataset.mode === 'wall' ? 'wall' : 'desk')
export const lang = ref<Language>(root.lang === 'en' ? 'en' : 'zh')
const size = remembered('text')
export const textSize = ref<TextSize>(size === 'large' || size === 'largest' ? size : 'normal')
/** Dark ground: the dark theme or the wall. */
export const dark = computed(() => theme.value === 'dark' || mode.value === 'wall')

watch(theme, (value) => (root.dataset.theme = value), { immediate: true })
watch(themeChoice, (value) => keep('theme', value))
watch(mode, (value) => {
  root.dataset.mode = value
  keep('mode', value)
})
watch(lang, (value) => {
  root.lang = value === 'zh' ? 'zh-CN' : 'en'
  keep('lang', value)
})
watch(
  textSize,
  (value, before) => {
    root.dataset.text = value
    if (before !== undefined) keep('text', value)
  },
  { immediate: true },
)

export const remember = keep
