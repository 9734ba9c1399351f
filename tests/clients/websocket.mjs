// One operation through graphql-ws. Usage: node websocket.mjs '{"url", "take", "payload", "connectionParams"}'
// Prints one JSON line per result; then {"completed": true} or {"error"}; {"closed": code} whenever a socket closes.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, payload, connectionParams, take = Infinity } = JSON.parse(process.argv[2]);
const print = (line) => console.log(JSON.stringify(line));
const client = createClient({
  url,
  connectionParams,
  webSocketImpl: WebSocket,
  lazyCloseTimeout: 0,
  retryAttempts: 5,
  shouldRetry: () => true,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: { closed: (event) => print({ closed: event.code }) },
});

let left = take;
try {
  for await (const result of client.iterate(payload)) {
    print(result);
    left -= 1;
    if (left === 0) break;
  }
  if (left > 0) print({ completed: true });
} catch (error) {
  print({ error: Array.isArray(error) ? error : { code: error.code, reason: error.reason ?? String(error) } });
}
await client.dispose();
