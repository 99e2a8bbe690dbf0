/**
 * The words of the gateway's API, from its own OpenAPI document (api.gen.ts). They know no domain: every id is data.
 */
import type { components } from './api.gen'

type Schemas = components['schemas']

export type Text = Schemas['Text']
export type Matter = Schemas['Matter']
export type BoardView = Schemas['BoardView']
/** Sent, not declared: a small body the gateway reads strictly. */
export type BoardViewBody = Pick<BoardView, 'name' | 'query' | 'role'>
export type RateLine = Schemas['RateLine']
export type RateReport = Schemas['RateReport']
export type RankLine = Schemas['RankLine']
export type Ranking = Schemas['Ranking']
export type RateSide = Schemas['Side']
export type Trend = Schemas['Trend']
export type MatterUnit = Schemas['MatterUnit']
export type MatterKey = Schemas['MatterKey']
export type MatterPage = Schemas['Matters']
export type MatterView = Schemas['MatterPage']
export type MatterLink = Schemas['LinkView']
export type Step = Schemas['Step']
export type StatusInfo = Schemas['StatusInfo']
export type KindInfo = Schemas['KindInfo']
export type Category = Schemas['Category']
export type Rate = Schemas['Rate']
export type Panel = Schemas['Panel']
export type Session = Schemas['Session']
export type SignInRules = Schemas['SignInRules']
export type PageSettings = Schemas['PageSettings']
export type FactorOffer = Schemas['FactorOffer']
export type Area = Schemas['Area']
export type AreaLevel = Area['level']
export type Unit = Schemas['Unit']
export type Offer = Schemas['ActionOffer']
export type Offers = Schemas['ActionOffers']
export type Overview = Schemas['Overview']
export type Kpi = Schemas['Kpi']
export type AreaCount = Schemas['AreaCount']
export type StepsPanel = Schemas['StepsPanel']
export type HoursPanel = Schemas['HoursPanel']
export type ValuesPanel = Schemas['ValuesPanel']
export type BlobRef = Schemas['BlobRef']
export type Detail = Schemas['Detail']
export type DetailField = Schemas['DetailField']
export type DetailRow = Schemas['DetailRow']
export type DoAnswer = Schemas['shuniu.Answer']
export type ProblemBody = Partial<Schemas['shuniu.Problem']>
export type DetailPanel = Schemas['DetailPanel']
export type DetailSection = Schemas['DetailSection']
export type MatterGraph = Schemas['MatterGraph']
export type PersonalRecord = Schemas['PersonalRecord']
export type TablePanel = Schemas['TablePanel']
export type GanttPanel = Schemas['GanttPanel']
export type CalendarPanel = Schemas['CalendarPanel']
export type ShapesPanel = Schemas['ShapesPanel']
export type Column = Schemas['Column']
export type Bar = Schemas['Bar']
export type CalendarEntry = Schemas['CalendarEntry']
export type Shape = Schemas['Shape']
export type MatterPointer = Schemas['MatterPointer']
export type SheetInfo = Schemas['SheetInfo']
export type SheetImported = Schemas['SheetImported']
export type SheetProblem = Schemas['SheetProblem']
export type Notices = Schemas['Notices']
export type NoticeView = Schemas['NoticeView']
export type NoticePage = Schemas['NoticePage']
export type NoticePreferences = Schemas['NoticePreferences']
export type ChannelView = Schemas['ChannelView']
export type ChannelKind = ChannelView['kind']
export type Deliveries = Schemas['Deliveries']
export type DeliveryView = Schemas['DeliveryView']
export type DeadLetter = Schemas['DeadLetter']
export type DeadLetterPage = Schemas['DeadLetterPage']
export type RebuildPage = Schemas['RebuildPage']
export type PublicServices = Omit<Schemas['PublicServices'], 'services'> & { services: PublicService[] }
export type PublicService = Omit<Schemas['PublicService'], 'actions'> & { actions: Action[] }
export type Tone = NonNullable<StatusInfo['tone']>
export type DueStatus = Matter['due_status']

/** An action's schema is JSON Schema; OpenAPI only says "an object". */
export type Action = Omit<Schemas['Action'], 'schema'> & { schema: JsonSchema }
export type Manifest = Omit<Schemas['Manifest'], 'actions'> & { actions?: Action[] }
/** A service on the stream comes without its manifest. */
export type ServiceState = Omit<Schemas['ServiceView'], 'manifest'>
export type View = Omit<Schemas['View'], 'services'> & { services: (ServiceState & { manifest?: Manifest | null })[] }

/** What the stream says, one member for each of its event names. */
export type StreamMessage =
  | { event: 'matter'; feed: string; data: Matter }
  | { event: 'step'; feed: string; data: Step }
  | { event: 'gone'; feed: string; data: MatterKey }
  | { event: 'service'; feed: string; data: ServiceState }
  | { event: 'registry'; feed: string; data: Schemas['RegistryChange'] }
  | { event: 'clock'; feed: string; data: Schemas['ClockTick'] }
  | { event: 'tick'; feed: string; data: Schemas['Tick'] }
  | { event: 'reset'; feed: string; data: Schemas['Reset'] }
  | { event: 'notice'; feed: string; data: Bellring }

/** The badge's number and the notice that has just come, for the signed-in account alone. */
export interface Bellring {
  unread: number
  latest: NoticeView | null
}

/** The part of JSON Schema 2020-12 that command bodies use, with the suite's own hints. */
export interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  title?: string
  description?: string
  type?: string | string[]
  format?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  additionalProperties?: boolean | JsonSchema
  enum?: (string | number | null)[]
  const?: string | number | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
  'x-widget'?: string
  'x-title'?: Text
  'x-hint'?: Text
  'x-enum-titles'?: Text[]
}
