import './styles/tokens.css'
import './styles/base.css'
import { createApp } from 'vue'
import App from './App.vue'
import { configure } from './api/client'
import { loadLanguage } from './i18n'
import { router } from './router'
import { runClock } from './store/clock'
import { atRest } from './store/acts'
import { lang } from './store/prefs'
import { signedOut } from './store/session'

configure({ signedOut, atRest, language: () => (lang.value === 'zh' ? 'zh-CN' : 'en') })
runClock()
void loadLanguage()
  .catch(() => undefined)
  .then(() => createApp(App).use(router).mount('#app'))
