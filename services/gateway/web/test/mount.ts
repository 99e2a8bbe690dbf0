import { type Component, createApp, h, nextTick, reactive } from 'vue'

/** Mounts a component whose props may be changed; events are kept by name. */
export async function mount(component: Component, props: Record<string, unknown>) {
  const host = document.createElement('div')
  document.body.append(host)
  const given = reactive({ ...props })
  const heard: Record<string, unknown[]> = {}
  const listen = (name: string) => (value: unknown) => {
    ;(heard[name] ??= []).push(value)
    if (name === 'update:modelValue') given.modelValue = value
  }
  const app = createApp({ render: () => h(component, { ...given, 'onUpdate:modelValue': listen('update:modelValue'), onPick: listen('pick') }) })
  app.mount(host)
  await nextTick()
  return {
    host,
    heard,
    given,
    text: () => host.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    all: (selector: string) => [...host.querySelectorAll<HTMLElement>(selector)],
    click: async (selector: string, n = 0) => {
      host.querySelectorAll<HTMLElement>(selector)[n]!.click()
      await nextTick()
    },
    fill: async (selector: string, value: string, n = 0) => {
      const input = host.querySelectorAll<HTMLInputElement>(selector)[n]!
      input.value = value
      input.dispatchEvent(new Event('input'))
      input.dispatchEvent(new Event('change'))
      await nextTick()
    },
    close: () => {
      app.unmount()
      host.remove()
    },
  }
}
