/**
 * 4. Guard what you do not want to touch: a `fetch` that asks Headway before each request. Here it stands below a client that retries by
 *    itself, and the operator limits the whole fleet to two requests at once.
 */
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createHeadway } from "@headway/sdk";
import { headwayFetch } from "@headway/sdk/fetch";
import { createService } from "@headway/service";

const service = await createService({
  http: { host: "127.0.0.1", port: 0 },
  grpc: null,
  dataDir: null,
  policyFile: new URL("headway.yaml", import.meta.url).pathname,
});
const { http } = await service.listen();
const headwayUrl = `http://${http.host}:${http.port}`;

// An API that tells how many requests it had at once.
let open = 0;
let openMost = 0;
const api = createServer((_request, response) => {
  open += 1;
  openMost = Math.max(openMost, open);
  setTimeout(() => {
    open -= 1;
    response.end("ok");
  }, 50);
});
await new Promise<void>((listening) => api.listen(0, "127.0.0.1", listening));
const address = api.address();
const apiUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
const dependency = "http:api.example";

const headway = createHeadway({ url: headwayUrl, agent: "crawler" });
const guardedFetch = headwayFetch(headway, { dependency: () => dependency });

// Any client library that takes a fetch: OpenAI's, Anthropic's, MCP's transport, or one of your own.
async function fetchAll(fetch: typeof globalThis.fetch): Promise<number> {
  openMost = 0;
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(apiUrl)));
  await Promise.all(responses.map((response) => response.text()));
  return openMost;
}

console.log(`plain fetch:              at most ${await fetchAll(fetch)} requests at once`);
console.log(`guarded, nothing decided: at most ${await fetchAll(guardedFetch)} requests at once`);

await fetch(`${headwayUrl}/v1/overrides/${encodeURIComponent(dependency)}`, {
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    action: "limit",
    shape: { concurrency: 2 },
    forMs: 60_000,
    why: "the vendor asked us to be gentle",
  }),
});
while (headway.check(dependency).decision === null) await pause(20);
console.log(`guarded, limited:         at most ${await fetchAll(guardedFetch)} requests at once`);

await headway.close();
await service.close();
api.close();
api.closeAllConnections();
