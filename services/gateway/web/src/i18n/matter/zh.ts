/** Words of a matter's page beside those in the first load. */
export const zh = {
  'web.title': '关联图',
  'web.help': '由左至右是事情的先后；方框可打开',
  'line.all': '全部',
  'line.own': '只看本事项',
  'print.go': '打印',
  'print.at': '打印时间',
  'personal.title': '个人信息',
  'personal.help': '页面显示的是掩码。需要看明文时，请说明理由；查阅会记入审计，五分钟后自动收起。',
  'personal.fields': '含 {fields}',
  'personal.show': '查看明文',
  'personal.reason': '查阅理由',
  'personal.reasonShort': '理由至少 4 个字',
  'personal.hide': '收起',
  'personal.sure': '查阅',
  'personal.back': '取消',
} as const
