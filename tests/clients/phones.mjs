// Many phones' sockets through graphql-ws, each told what to do by a JSON line on standard input:
//   {"listen": id, "urls": [..], "payload", "connectionParams", "resume": {"variable", "root", "field"}, "insist": true}
//   {"drop": id}    the network cuts its socket, without a word to either side
//   {"leave": id}   it unsubscribes and closes
// Prints JSON lines: {"id", "connected" | "closed": code | "next": result | "complete": true | "error"}.
// As a mini-app does, it keeps the cursor of the last frame and comes back with it, to the next address in turn.
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const phones = new Map();
const print = (line) => console.log(JSON.stringify(line));

function listen({ listen: id, urls, payload, connectionParams, resume, insist = true }) {
  let tries = 0;
  let socket;
  const client = createClient({
    url: () => urls[tries++ % urls.length],
    connectionParams,
    webSocketImpl: WebSocket,
    lazyCloseTimeout: 0,
    retryAttempts: insist ? Infinity : 0,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    on: {
      opened: (opened) => { socket = opened; },
      connected: () => print({ id, connected: true }),
      closed: (event) => print({ id, closed: event.code }),
    },
  });
  phones.set(id, { drop: () => socket.terminate(), leave: () => client.dispose() });
  client.subscribe(payload, {
    next: (result) => {
      const cursor = resume && result.data?.[resume.root]?.[resume.field];
      if (cursor !== undefined && cursor !== null) payload.variables[resume.variable] = cursor;
      print({ id, next: result });
    },
    error: (error) => print({ id, error: Array.isArray(error) ? error : { code: error.code ?? null, reason: error.reason ?? String(error) } }),
    complete: () => print({ id, complete: true }),
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if ('listen' in order) listen(order);
  else if ('drop' in order) phones.get(order.drop).drop();
  else if ('leave' in order) phones.get(order.leave).leave();
}
process.exit(0);
