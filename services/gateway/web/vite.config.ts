/// <reference types="vitest/config" />
import vue from '@vitejs/plugin-vue'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'

/** The service worker with the list of this build's files in it. Maps are for desks: they come when they are opened. */
function shell(): Plugin {
  return {
    name: 'shell',
    apply: 'build',
    generateBundle(_, bundle) {
      const assets = Object.keys(bundle).filter((name) => name.startsWith('assets/') && !/\/(map|AreaMap|ShapesMap|MapBox)-|\.map$/.test(name)).sort()
      const beside = ['favicon.svg', 'icon-192.png', 'manifest.webmanifest']
      const code = readFileSync(new URL('src/offline/sw.js', import.meta.url), 'utf8')
      const page = readFileSync(new URL('index.html', import.meta.url), 'utf8')
      const build = createHash('sha256').update([...assets, ...beside, code, page].join('\n')).digest('hex').slice(0, 12)
      const list = JSON.stringify(['', ...beside, ...assets])
      const source = code.replaceAll('__BUILD__', build).replace('= __SHELL__', () => `= ${list}`)
      this.emitFile({ type: 'asset', fileName: 'sw.js', source })
    },
  }
}

/** The page names its build, and the gateway reads it there: a page that is open learns that another is served. */
function named(): Plugin {
  return {
    name: 'named',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const build = createHash('sha256').update([html, ...Object.keys(bundle ?? {}).sort()].join('\n')).digest('hex').slice(0, 12)
        return [{ tag: 'meta', attrs: { name: 'build', content: build }, injectTo: 'head' }]
      },
    },
  }
}

// Relative base and hash routes: the built page works under any path and behind any proxy.
export default defineConfig({
  base: './',
  plugins: [vue({ features: { optionsAPI: false } }), shell(), named()],
  define: { __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    target: ['chrome87', 'firefox102', 'safari14'],
    outDir: '../shuniu_gateway/dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // The helpers go with the framework: inside the map's chunk they would draw it into every first load.
            { name: 'vue', test: /node_modules[\\/](@vue|vue|vue-router)[\\/]|preload-helper|oxc-project|rolldown[\\/]runtime|plugin-vue:export-helper/, priority: 2 },
            { name: 'map', test: /node_modules[\\/](ol|rbush|earcut|quickselect)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': process.env.GATEWAY ?? 'http://127.0.0.1:8790' } },
  test: { environment: 'happy-dom', css: true, include: ['test/**/*.test.ts'] },
})
