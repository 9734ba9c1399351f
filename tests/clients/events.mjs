// One operation through graphql-sse, distinct connections mode. Usage: node events.mjs '{"url", "take", "payload"}'
// Prints one JSON line per result; then {"completed": true} or {"error"}.
import { createClient } from 'graphql-sse';

const { url, payload, headers, take = Infinity } = JSON.parse(process.argv[2]);
const print = (line) => console.log(JSON.stringify(line));
const client = createClient({ url, headers, retryAttempts: 0 });

let left = take;
try {
  for await (const result of client.iterate(payload)) {
    print(result);
    left -= 1;
    if (left === 0) break;
  }
  if (left > 0) print({ completed: true });
} catch (error) {
  print({ error: { status: error.response?.status ?? null, message: String(error) } });
}
client.dispose();
