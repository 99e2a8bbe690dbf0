// Asks a Chromium's first page over its debugging protocol and lets go again: node page_ask.mjs PORT '[[method, params], …]'.
// Nothing stays attached in between, and the network is never recorded: a debugger that stays keeps every answer of the
// server in the page's process, which would look like a leak of the page's.
const [port, calls] = process.argv.slice(2)
const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
const socket = new WebSocket(pages.find((x) => x.type === 'page').webSocketDebuggerUrl)
const answers = []
const todo = JSON.parse(calls)
const next = () => {
  if (answers.length === todo.length) {
    console.log(JSON.stringify(answers))
    return socket.close()
  }
  const [method, params] = todo[answers.length]
  socket.send(JSON.stringify({ id: answers.length + 1, method, params: params ?? {} }))
}
socket.onopen = next
socket.onmessage = (event) => {
  const said = JSON.parse(event.data)
  if (said.id !== answers.length + 1) return
  if (said.error || said.result.exceptionDetails) {
    console.error(JSON.stringify(said))
    process.exit(1)
  }
  answers.push(said.result)
  next()
}
