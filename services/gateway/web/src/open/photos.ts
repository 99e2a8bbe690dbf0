/** Photos of people without an account go through a narrow door: a ticket for one action, made small first. */
import { Problem } from '../api/client'
import { openApi } from '../api/open'
import { upload, type Uploader } from '../api/upload'
import { shrink } from '../lib/shrink'

export function publicPhotos(action: () => string): Uploader {
  const tickets = new Map<string, string>()
  return {
    accept: 'image/jpeg,image/png,image/webp',
    most: 3,
    upload: async (service, file, progress) => {
      const id = `${service} ${action()}`
      const small = await shrink(file)
      const send = async () => {
        if (!tickets.has(id)) tickets.set(id, (await openApi.ticket(service, action())).ticket)
        return upload(service, small, progress, openApi.chunk(tickets.get(id)!))
      }
      try {
        return await send()
      } catch (error) {
        if (!(error instanceof Problem && ['gateway.ticket', 'gateway.ticket_full'].includes(error.rule))) throw error
        tickets.delete(id)
        return send()
      }
    },
  }
}
