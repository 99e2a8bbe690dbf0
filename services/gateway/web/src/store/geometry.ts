/** Shapes of areas, fetched once and again when the registry says they changed. */
import { ref, shallowRef } from 'vue'
import { call } from '../api/client'
import type { Area, Text } from '../api/types'
import { areas, geometryVersion, view } from './world'

export type Ring = [number, number][]
export interface AreaFeature {
  type: 'Feature'
  properties: { code: string; level: string; subtype?: string }
  geometry: { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] }
}
export interface Shapes {
  type: 'FeatureCollection'
  features: AreaFeature[]
}

export const shapes = shallowRef<Shapes | null>(null)
export const backdrop = shallowRef<unknown>(null)
export const shapesFailed = ref(false)
let loaded: string | null = null
let address = 'areas/geometry'
/** Nobody is signed in: the areas as they are posted in public. */
export function showPublic(list: { code: string; parent: string; level: string; title: Text }[], geometry: string): void {
  address = 'public/areas/geometry'
  areas.value = list.map((a) => ({ ...a, attributes: {} })) as unknown as Area[]
  geometryVersion.value = geometry
}

export async function loadShapes(): Promise<void> {
  if (loaded === geometryVersion.value && shapes.value) return
  const wanted = geometryVersion.value
  try {
    shapes.value = await call<Shapes>(address, address === 'areas/geometry' ? { keep: 'shapes' } : { quiet: true })
    loaded = wanted
    shapesFailed.value = false
  } catch {
    shapesFailed.value = true
  }
}

/** Water, roads, parks, where the scope has such a file; the map is complete without. */
export async function loadBackdrop(): Promise<void> {
  const map = view.value?.base_map
  if (!map || backdrop.value) return
  try {
    backdrop.value = await call<unknown>(new URL(map, document.baseURI).href)
  } catch {
    /* the map stays without a backdrop */
  }
}

/** The outer rings of a feature. */
export function ringsOf(feature: AreaFeature): Ring[] {
  const g = feature.geometry
  return g.type === 'Polygon' ? g.coordinates.slice(0, 1) : g.coordinates.map((p) => p[0]!)
}

/** Whether a point lies in a feature (even-odd over its outer rings). */
export function contains(feature: AreaFeature, lon: number, lat: number): boolean {
  for (const ring of ringsOf(feature)) {
    let inside = false
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i]!
      const [xj, yj] = ring[j]!
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside
    }
    if (inside) return true
  }
  return false
}

/** The deepest and smallest area a point lies in, or ''. */
export function areaAt(lon: number, lat: number): string {
  let best = ''
  let bestSize = Number.POSITIVE_INFINITY
  for (const feature of shapes.value?.features ?? []) {
    if (feature.properties.level !== 'grid' || !contains(feature, lon, lat)) continue
    const size = sizeOf(feature)
    if (size < bestSize) {
      best = feature.properties.code
      bestSize = size
    }
  }
  return best
}

export function sizeOf(feature: AreaFeature): number {
  let sum = 0
  for (const ring of ringsOf(feature)) {
    let a = 0
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
      a += (ring[j]![0] + ring[i]![0]) * (ring[j]![1] - ring[i]![1])
    sum += Math.abs(a / 2)
  }
  return sum
}
