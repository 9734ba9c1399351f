// Runs every audit of graphql-http against a server; prints one JSON list of {id, name, status, reason}.
// Usage: node audits.mjs URL
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
const shown = results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }));
console.log(JSON.stringify(shown));
