/** Requests of the evaluation pages; they load with them. */
import { address, type Asked, get, type Query, to } from './client'

export const reportsApi = {
  rates: (query: Asked<'/api/v1/reports/rates'>, signal?: AbortSignal) => get('/api/v1/reports/rates', {}, query, signal),
  ranking: (query: Asked<'/api/v1/reports/ranking'>, signal?: AbortSignal) => get('/api/v1/reports/ranking', {}, query, signal),
  trend: (query: Asked<'/api/v1/reports/trend'>, signal?: AbortSignal) => get('/api/v1/reports/trend', {}, query, signal),
  briefAddress: (query: Query) => address(to('/api/v1/reports/brief', {}), query),
}
