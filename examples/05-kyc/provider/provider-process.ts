/** The identity provider as a process of its own: HTTP in front, the queue and the lockout behind. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { nowMs } from "../clock.ts";
import { onRunMessage, tellRun } from "../messages.ts";
import type { ProviderProcessSettings } from "../messages.ts";
import { phaseAt } from "../scenario.ts";
import { lognormal, seededRandom } from "../seeded-random.ts";
import { IdentityProvider } from "./identity-provider.ts";
import type { Job } from "./identity-provider.ts";
import { Lockout } from "./lockout.ts";

const { scenario }: ProviderProcessSettings = JSON.parse(process.argv[2] ?? "null");
const settings = scenario.provider;
const random = seededRandom(scenario.seed);
const lockout = new Lockout(settings.failuresPerMinuteMax);
const provider = new IdentityProvider({ ...settings, serviceMs });
const refused = { full: 0, locked: 0 };
let startMs = Number.POSITIVE_INFINITY;

const server = createServer(answer);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") return;
  tellRun({ kind: "ready", url: `http://127.0.0.1:${address.port}` });
});

onRunMessage((message) => {
  if (message.kind !== "start") return;
  startMs = message.startMs;
  setInterval(tellCounts, 1_000);
});

function serviceMs(): number {
  const isSlow = phaseAt(scenario.phases, nowMs() - startMs) === "fault";
  return (
    lognormal(random, settings.serviceMsMean, settings.serviceSigma) *
    (isSlow ? settings.slowdown : 1)
  );
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const client = request.headers["x-client-id"]?.toString() ?? "anonymous";
  if (lockout.isLocked(client, nowMs())) {
    refused.locked += 1;
    refuse(response, client, 429, "client_locked_out");
    return;
  }
  const job: Job = { abandoned: false, answer: () => send(response, 200, { result: "clear" }) };
  response.on("close", () => {
    if (response.writableEnded) return;
    job.abandoned = true;
    lockout.failed(client, nowMs());
  });
  if (provider.submit(job)) return;
  refused.full += 1;
  refuse(response, client, 503, "queue_full");
}

function refuse(response: ServerResponse, client: string, status: number, code: string): void {
  lockout.failed(client, nowMs());
  send(response, status, { code });
}

function send(
  response: ServerResponse,
  status: number,
  body: Readonly<Record<string, string>>,
): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function tellCounts(): void {
  tellRun({
    kind: "provider",
    atMs: nowMs() - startMs,
    ...provider.takeCounts(),
    refusedFull: refused.full,
    refusedLocked: refused.locked,
    queueLength: provider.queueLength,
    inService: provider.inService,
    clientsLocked: lockout.clientsLocked(nowMs()),
    lockouts: lockout.lockouts,
  });
  refused.full = 0;
  refused.locked = 0;
}
