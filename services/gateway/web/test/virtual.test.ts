import { describe, expect, it } from 'vitest'
import { createApp, h, nextTick, ref } from 'vue'
import VirtualList from '../src/components/VirtualList.vue'
import { moveIndex, scrollFor, windowOf } from '../src/lib/virtual'

describe('the window', () => {
  it('draws what is in view with a margin, and keeps the height', () => {
    const w = windowOf(4400, 660, 44, 2000)
    expect(w.from).toBe(94)
    expect(w.to).toBe(121)
    expect(w.before + (w.to - w.from) * 44 + w.after).toBe(2000 * 44)
  })
  it('holds at both ends, when scrolled past the end and when empty', () => {
    expect(windowOf(0, 440, 44, 5)).toEqual({ from: 0, to: 5, before: 0, after: 0 })
    expect(windowOf(1e9, 440, 44, 5).to).toBe(5)
    expect(windowOf(0, 440, 44, 0)).toEqual({ from: 0, to: 0, before: 0, after: 0 })
  })
})

describe('keys', () => {
  it('move by one, by page, to the ends, and never out of the list', () => {
    expect(moveIndex('j', 3, 10, 5)).toBe(4)
    expect(moveIndex('k', 0, 10, 5)).toBe(0)
    expect(moveIndex('ArrowDown', -1, 10, 5)).toBe(0)
    expect(moveIndex('PageDown', 7, 10, 5)).toBe(9)
    expect(moveIndex('Home', 7, 10, 5)).toBe(0)
    expect(moveIndex('End', 0, 10, 5)).toBe(9)
    expect(moveIndex('x', 0, 10, 5)).toBeNull()
    expect(moveIndex('j', 0, 0, 5)).toBeNull()
  })
  it('scroll only as far as needed', () => {
    expect(scrollFor(2, 0, 440, 44)).toBeNull()
    expect(scrollFor(20, 0, 440, 44)).toBe(20 * 44 + 44 - 440)
    expect(scrollFor(1, 440, 440, 44)).toBe(44)
  })
})

describe('the list itself', () => {
  it('is a listbox that draws a few of many rows, follows the keys and opens by Enter', async () => {
    const items = Array.from({ length: 2000 }, (_, i) => ({ id: `row-${i}` }))
    const active = ref('')
    const opened: string[] = []
    const host = document.createElement('div')
    document.body.append(host)
    const app = createApp({
      render: () =>
        h(VirtualList as never, {
          items,
          keyOf: (x: { id: string }) => x.id,
          row: 2.75,
          label: 'rows',
          active: active.value,
          'onUpdate:active': (key: string) => (active.value = key),
          onOpen: (x: { id: string }) => opened.push(x.id),
        }, { default: ({ item }: { item: { id: string } }) => item.id }),
    })
    app.mount(host)
    await nextTick()
    const box = host.querySelector('[role=listbox]')!
    const options = () => [...host.querySelectorAll('[role=option]')]
    expect(options().length).toBeGreaterThan(5)
    expect(options().length).toBeLessThan(60)
    expect(options()[0]!.getAttribute('aria-setsize')).toBe('2000')
    expect(options()[0]!.getAttribute('aria-posinset')).toBe('1')
    const press = (key: string) => box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    press('j')
    await nextTick()
    press('j')
    await nextTick()
    expect(active.value).toBe('row-1')
    expect(box.getAttribute('aria-activedescendant')).toBe(host.querySelector('[aria-selected=true]')!.id)
    press('Enter')
    expect(opened).toEqual(['row-1'])
    press('End')
    await nextTick()
    expect(active.value).toBe('row-1999')
    app.unmount()
    host.remove()
  })
})
