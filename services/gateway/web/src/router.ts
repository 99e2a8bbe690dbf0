import { createRouter, createWebHashHistory, type RouteLocationNormalized } from 'vue-router'
import { resume, session } from './store/session'

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./screens/Login.vue') },
    { path: '/', name: 'overview', component: () => import('./screens/Overview.vue') },
    { path: '/areas/:code', name: 'area', component: () => import('./screens/Overview.vue') },
    { path: '/board/:kind?', name: 'board', component: () => import('./screens/Board.vue') },
    { path: '/matter/:service/:kind/:id', name: 'matter', component: () => import('./screens/MatterPage.vue') },
    { path: '/my', name: 'my', component: () => import('./screens/My.vue') },
    { path: '/queue', name: 'queue', component: () => import('./screens/Queue.vue') },
    { path: '/do/:service/:action', name: 'do', component: () => import('./screens/Do.vue') },
    { path: '/service/:service', name: 'service', component: () => import('./screens/Service.vue') },
    { path: '/notices', name: 'notices', component: () => import('./screens/Notices.vue') },
    { path: '/notices/settings', name: 'noticeSettings', component: () => import('./screens/NoticeSettings.vue') },
    { path: '/open', name: 'open', meta: { bare: true }, component: () => import('./screens/Open.vue') },
    { path: '/data', name: 'data', component: () => import('./screens/Data.vue') },
    { path: '/reports', name: 'reports', component: () => import('./screens/Reports.vue') },
    { path: '/system', name: 'system', component: () => import('./screens/System.vue') },
    { path: '/admin/:tab', name: 'admin', component: () => import('./screens/Admin.vue') },
    { path: '/api', name: 'api', component: () => import('./screens/Api.vue') },
    { path: '/profile', name: 'profile', component: () => import('./screens/Profile.vue') },
    { path: '/password', name: 'password', component: () => import('./screens/Password.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./screens/Missing.vue') },
  ],
})

router.beforeEach(async (to: RouteLocationNormalized) => {
  if (to.meta.bare) return true
  if (to.name === 'login') return session.value ? safe(to.query.to) : true
  if (session.value) return true
  try {
    if (await resume()) return true
  } catch {
    return { name: 'login', query: { to: to.fullPath, lost: '1' } }
  }
  return { name: 'login', query: { to: to.fullPath } }
})

/** After an update the old page asks for files that are gone: load the page anew, but never in a circle. */
router.onError((_, to) => {
  const at = Number(sessionStorage.getItem('shuniu.reloaded') ?? 0)
  if (Date.now() - at < 20_000) return
  sessionStorage.setItem('shuniu.reloaded', String(Date.now()))
  window.location.hash = to.fullPath
  window.location.reload()
})

/** Only a path of this page may be returned to. */
export const safe = (to: unknown): string => (typeof to === 'string' && /^\/(?!\/)/.test(to) ? to : '/')
