import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { createHeadway } from "@headway/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { driftSpans } from "../packages/service/src/replay/fixtures/drift.ts";
import { spansToJson } from "../packages/service/src/replay/span-json.ts";
import { startService } from "./fixtures/service-process.ts";

const main = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  "packages/service/src/cli/main.ts",
);

const HEALTHY_MS = 12_000;
const DRIFT_MS = 12_000;
const SEND_EVERY_MS = 250;
const POLICY = "defaults: { mode: enforce, protectedPriority: 1 }\n";

interface AuditItem {
  readonly at: string;
  readonly kind: string;
  readonly dependency: string | null;
  readonly summary: string;
}

interface DecisionItem {
  readonly action: string;
  readonly shape?: object;
  readonly scope: { readonly dependency: string };
  readonly reason: { readonly summary: string };
}

let folder = "";
let live: AuditItem[] = [];
const seen = new Set<string>();
let report: {
  readonly recording: { readonly order: string; readonly spans: number; readonly reports: number };
  readonly policies: readonly {
    readonly audit: readonly AuditItem[];
    readonly episodes: readonly {
      readonly dependency: string;
      readonly leadSeconds: number | null;
    }[];
    readonly decisions: readonly {
      readonly dependency: string;
      readonly versions: readonly {
        readonly action: string;
        readonly shape: object | null;
        readonly summary: string;
      }[];
    }[];
  }[];
};

/** Sends the spans of a fleet as they end, in batches, as exporters do. */
async function sendTraces(url: string): Promise<void> {
  const startMs = Date.now();
  const spans = driftSpans({
    startMs,
    healthyMs: HEALTHY_MS,
    driftMs: DRIFT_MS,
    callsPerSecond: 60,
  }).toSorted((a, b) => a.startMs + a.durationMs - b.startMs - b.durationMs);
  for (let next = 0; next < spans.length;) {
    await delay(SEND_EVERY_MS);
    const batch = spans.slice(next).filter((one) => one.startMs + one.durationMs <= Date.now());
    next += batch.length;
    if (batch.length === 0) continue;
    const answer = await fetch(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: spansToJson(batch) }),
    });
    expect(answer.status).toBe(200);
  }
}

/** A process with the hook: its reports, its connection and its leases are arrivals, too. */
async function runHook(url: string): Promise<void> {
  const headway = createHeadway({ url, agent: "lookup", instance: "hooked" });
  const endMs = Date.now() + HEALTHY_MS + DRIFT_MS;
  const slowFromMs = Date.now() + HEALTHY_MS;
  const runs: Promise<unknown>[] = [];
  while (Date.now() < endMs) {
    const takesMs = 20 + Math.random() * 20 + (Date.now() > slowFromMs ? 300 : 0);
    runs.push(
      headway
        .tryRun({ dependency: "tool:hooked", priority: 2, waitMs: 100 }, () => delay(takesMs))
        .catch(() => undefined),
    );
    await delay(30);
  }
  await Promise.all(runs);
  await headway.close();
}

async function watchDecisions(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`${url}/v1/decisions`);
    const { decisions } = (await answer.json()) as { decisions: DecisionItem[] };
    for (const { action, shape = null, scope, reason } of decisions)
      seen.add(JSON.stringify([scope.dependency, action, shape, reason.summary]));
    await delay(100);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headway-replay-"));
  const recording = join(folder, "arrivals.jsonl");
  const policy = join(folder, "headway.yaml");
  writeFileSync(policy, POLICY);
  const service = await startService({ policy: POLICY, env: { HEADWAY_RECORD: recording } });
  try {
    const watching = new AbortController();
    const watched = watchDecisions(service.url, watching.signal);
    await Promise.all([sendTraces(service.url), runHook(service.url)]);
    await delay(3_500);
    watching.abort();
    await watched;
    const answer = await fetch(`${service.url}/v1/audit?limit=1000`);
    live = ((await answer.json()) as { items: AuditItem[] }).items.toReversed();
  } finally {
    await service.stop();
  }
  const args = ["replay", recording, "--policy", policy, "--json"];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@headway/source", main, ...args],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  report = JSON.parse(stdout);
}, 90_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a replay of what a live service recorded", () => {
  it("has what arrived: spans, and the reports of a process with the hook", () => {
    expect(report.recording.order).toBe("recorded");
    expect(report.recording.spans).toBeGreaterThan(1_000);
    expect(report.recording.reports).toBeGreaterThan(20);
  });

  it("notices, decides and takes back what the live run did, at the same ticks and in the same words", () => {
    const said = ({ at, kind, dependency, summary }: AuditItem): unknown => [
      at,
      kind,
      dependency,
      summary,
    ];
    expect(live.map(({ kind }) => kind)).toContain("detection.fired");
    expect(live.map(({ kind }) => kind)).toContain("decision.issued");
    expect(new Set(live.map(({ dependency }) => dependency))).toEqual(
      new Set(["tool:idp_lookup", "tool:hooked"]),
    );
    // The service ticks once more as it ends, when nobody can ask it any more.
    expect(report.policies[0]!.audit.slice(0, live.length).map(said)).toEqual(live.map(said));
  });

  it("has each decision that clients saw, with the same numbers", () => {
    const again = new Set(
      report.policies[0]!.decisions.flatMap(({ dependency, versions }) =>
        versions.map(({ action, shape, summary }) =>
          JSON.stringify([dependency, action, shape, summary]),
        ),
      ),
    );
    expect(seen.size).toBeGreaterThan(0);
    expect([...seen].filter((one) => !again.has(one))).toEqual([]);
  });
});
