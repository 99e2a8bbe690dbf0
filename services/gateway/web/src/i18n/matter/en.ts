import type { zh } from './zh'

export const en: Record<keyof typeof zh, string> = {
  'web.title': 'How it hangs together',
  'web.help': 'From left to right as it came about; boxes open',
  'line.all': 'Everything',
  'line.own': 'This matter only',
  'print.go': 'Print',
  'print.at': 'Printed',
  'personal.title': 'Personal data',
  'personal.help': 'The page shows it masked. To see it in clear say why; reading is audited and it is put away after five minutes.',
  'personal.fields': 'holds {fields}',
  'personal.show': 'Show in clear',
  'personal.reason': 'Why it is read',
  'personal.reasonShort': 'At least 4 characters',
  'personal.hide': 'Put away',
  'personal.sure': 'Read',
  'personal.back': 'Cancel',
}
