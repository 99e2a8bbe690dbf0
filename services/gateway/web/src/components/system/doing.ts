/** An administrator's command: sent under its own key, what is wrong with it comes back as words. */
import { api, Problem } from '../../api/client'
import type { DoAnswer } from '../../api/types'
import { sign, t } from '../../i18n'
import { uuid } from '../../lib/sha256'

export async function command(service: string, action: string, body: unknown, done: (answer: DoAnswer) => void): Promise<string> {
  try {
    done(await api.act(service, action, body, uuid()))
    return ''
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.lost ? t('form.retry') : [error.message, ...error.fields.map((f) => f.message)].filter(Boolean).join(sign.colon)
  }
}
