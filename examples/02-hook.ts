/**
 * 2. A decision reaches an agent. An operator puts a dependency on hold; the hook around one call waits, or says "not now" with when to
 *    come back; a critical call goes through.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createHeadway, NotNow } from "@headway/sdk";
import { createService } from "@headway/service";

const service = await createService({
  http: { host: "127.0.0.1", port: 0 },
  grpc: null,
  dataDir: null,
  policyFile: new URL("headway.yaml", import.meta.url).pathname,
});
const { http } = await service.listen();
const url = `http://${http.host}:${http.port}`;

const headway = createHeadway({ url, agent: "crm-agent" });
const dependency = "tool:crm";
const update = async (): Promise<string> => "updated";

console.log(`healthy:      ${await headway.run({ dependency }, update)}`);

await fetch(`${url}/v1/overrides/${encodeURIComponent(dependency)}`, {
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    action: "hold",
    priority: { from: 2, to: 5 },
    forMs: 3_000,
    why: "maintenance",
  }),
});
while (headway.check(dependency).action === "proceed") await pause(20);
console.log(`on hold:      every process knows, without a call to the service on the way`);

console.log(`critical:     ${await headway.run({ dependency, priority: 1 }, update)}`);
try {
  await headway.run({ dependency, waitMs: 100 }, update);
} catch (error) {
  if (!(error instanceof NotNow)) throw error;
  console.log(
    `impatient:    not now, come back in ${error.retryAfterMs} ms (${error.decision?.reason.summary})`,
  );
}
const startedMs = performance.now();
const done = await headway.run({ dependency, waitMs: 10_000 }, update);
console.log(
  `patient:      ${done} after ${Math.round((performance.now() - startedMs) / 100) / 10} s`,
);

await headway.close();
await service.close();
