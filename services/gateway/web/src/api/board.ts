/** The board's own requests: its export and its saved views. They load with the board. */
import { address, call, get, type MatterQuery, type Query, to } from './client'
import type { BoardViewBody } from './types'

export const boardApi = {
  exportAddress: (query: MatterQuery & { format: string; lang: string }) => address(to('/api/v1/matters/export', {}), query as Query),
  views: () => get('/api/v1/board-views', {}),
  save: (view: string, body: BoardViewBody) => call<null>(to('/api/v1/board-views/{view}', { view }), { method: 'PUT', body }),
  drop: (view: string) => call<null>(to('/api/v1/board-views/{view}', { view }), { method: 'DELETE' }),
}
