import { setTimeout as sleep } from "node:timers/promises";
import { formatAddress } from "../config/address.ts";
import type { ServiceConfig } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { SETTINGS, flagOf } from "../config/settings.ts";
import { assertFree, assertMayListen } from "../listen.ts";
import { createLog } from "../log.ts";
import type { Listening } from "../service.ts";
import { createService } from "../service.ts";
import type { Command } from "./command.ts";

/** Orchestrators kill what has not ended by then or soon after. */
const CLOSE_MS_MAX = 4_500;

export const serve: Command = {
  name: "serve",
  summary: "Takes OTLP, detects, decides, and serves decisions",
  flags: [
    ...SETTINGS.map(({ key, ...setting }) => ({ name: flagOf(key), ...setting })),
    { name: "verbose", help: "log what goes well, too" },
  ],
  run: async ({ flags: { verbose, ...flags } }, terminal) => {
    const { environment, directory } = terminal;
    const config = loadConfig({ flags, environment, directory });
    assertMayListen(config);
    await assertFree(config.http);
    if (config.grpc !== null) await assertFree(config.grpc);
    const log = createLog(
      { write: (line) => terminal.error(line.trimEnd()) },
      { verbose: verbose === true },
    );
    const service = await createService({ ...config, log });
    const listening = await service.listen();
    for (const line of nextSteps(listening, config)) terminal.out(line);
    await aborted(terminal.signal);
    return (await isInTime(service.close())) ? 0 : 1;
  },
};

/** Five lines: where it is, how to feed it, how to see something, how to ask it, how to watch it. */
export function nextSteps(
  { http, grpc }: Listening,
  { dataDir, tokensFile }: ServiceConfig,
): string[] {
  const url = `http://${formatAddress(reachable(http))}`;
  const token = tokensFile === null ? "" : ' -H "authorization: Bearer $HEADWAY_TOKEN"';
  const overGrpc = grpc === null ? "" : ` · OTLP/gRPC ${formatAddress(reachable(grpc))}`;
  const ask = `-H "content-type: application/json" -d '{"dependency":"tool:search"}'`;
  return [
    `Headway is ready: ${url}${overGrpc} · state in ${dataDir ?? "memory"}`,
    `  send traces  OTEL_EXPORTER_OTLP_ENDPOINT=${url} node your-agent.js`,
    `  see them     curl${token} ${url}/v1/dependencies`,
    `  ask          curl${token} ${ask} ${url}/v1/decide`,
    `  watch        npx headway watch --url ${url}`,
  ];
}

/** A wildcard is where to listen, not where to go. */
function reachable({ host, port }: { host: string; port: number }): { host: string; port: number } {
  if (host === "0.0.0.0") return { host: "127.0.0.1", port };
  return { host: host === "::" ? "::1" : host, port };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
  });
}

async function isInTime(closing: Promise<void>): Promise<boolean> {
  const late = sleep(CLOSE_MS_MAX, "late", { ref: false });
  return (await Promise.race([closing, late])) !== "late";
}
