// Many phones' sockets through graphql-ws, each told what to do by a JSON line on standard input:
//   {"listen": id, "urls": [..], "payload", "connectionParams", "resume": {"variable", "root", "field"}, "insist"}
//   {"drop": id}    the network cuts its socket and stays away
//   {"back": id}    the network is back
//   {"leave": id}   it unsubscribes and closes
// Prints JSON lines: {"id", "connected" | "closed": code | "next": result | "complete" | "error"}.
// As a mini-app does, it keeps the cursor of the last frame, and comes back with it to the next address in turn.
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const phones = new Map();
const print = (line) => console.log(JSON.stringify(line));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function listen({ listen: id, urls, payload, connectionParams, resume, insist }) {
  let tries = 0;
  let socket;
  let network = Promise.resolve();
  let bringBack = () => {};
  const client = createClient({
    url: () => urls[tries++ % urls.length],
    connectionParams,
    webSocketImpl: WebSocket,
    lazyCloseTimeout: 0,
    retryAttempts: insist ? Infinity : 0,
    shouldRetry: () => true,
    retryWait: () => network.then(() => pause(100)),
    on: {
      opened: (opened) => { socket = opened; },
      connected: () => print({ id, connected: true }),
      closed: (event) => print({ id, closed: event.code }),
    },
  });
  client.subscribe(payload, {
    next: (result) => {
      const cursor = result.data?.[resume.root]?.[resume.field];
      if (cursor !== undefined) payload.variables[resume.variable] = cursor;
      print({ id, next: result });
    },
    error: (error) => print({ id, error: Array.isArray(error) ? error : { code: error.code ?? null, reason: String(error.reason ?? error) } }),
    complete: () => print({ id, complete: true }),
  });
  phones.set(id, {
    drop: () => {
      network = new Promise((resolve) => { bringBack = resolve; });
      socket.terminate();
    },
    back: () => bringBack(),
    leave: () => client.dispose(),
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if ('listen' in order) listen(order);
  else for (const verb of ['drop', 'back', 'leave']) if (verb in order) phones.get(order[verb])[verb]();
}
process.exit(0);
