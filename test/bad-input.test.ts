import { readFileSync } from "node:fs";

import { encodeReport } from "@headway/core/signals";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { goodReport, goodTraces, hostileRequest } from "./fixtures/hostile.ts";
import { seededRandom } from "./fixtures/random.ts";
import { startService, until, type ServiceProcess } from "./fixtures/service-process.ts";

const CASES = 100_000;
const CONCURRENCY = 16;
/** The memory in use is looked at this often, and its least kept for each fifth of the run. */
const LOOK_EVERY = 200;
const FIFTH = CASES / 5;

let service: ServiceProcess;
let pool: Pool;

beforeAll(async () => {
  service = await startService();
  pool = new Pool(service.url, { connections: CONCURRENCY });
});

afterAll(async () => {
  await pool.close();
  await service.stop();
});

const residentMiB = (): number => {
  const status = readFileSync(`/proc/${service.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

/** What lives on the heap and what is not collected yet; at its least, right after a collection, only the former. */
const heapMiB = async (): Promise<number> => {
  const answer = await pool.request({ path: "/metrics", method: "GET" });
  const text = await answer.body.text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]) / 1024 / 1024;
};

async function post(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array) {
  const answer = await pool.request({ path, method: "POST", headers, body });
  const text = await answer.body.text();
  return { status: answer.statusCode, type: String(answer.headers["content-type"]), text };
}

/** What each kind may be answered with; anything else is a finding. */
const isRight = ({
  status,
  type,
  text,
}: {
  status: number;
  type: string;
  text: string;
}): boolean => {
  if (status === 200) return true;
  if (![400, 413, 415].includes(status) || !type.startsWith("application/problem+json"))
    return false;
  const problem: { code?: unknown; status?: unknown } = JSON.parse(text);
  return typeof problem.code === "string" && problem.status === status;
};

describe("bad input", () => {
  const wrong: string[] = [];
  const statuses = new Map<string, Set<number>>();
  let good = 0;
  const heapLeast = [Infinity, Infinity, Infinity, Infinity, Infinity];

  it(`is answered rightly, ${CASES} times`, { timeout: 400_000 }, async () => {
    const random = seededRandom(2026);
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < CASES) {
        const index = next;
        next += 1;
        if (index % LOOK_EVERY === 0) {
          const fifth = Math.floor(index / FIFTH);
          heapLeast[fifth] = Math.min(heapLeast[fifth]!, await heapMiB());
        }
        const request = hostileRequest(index, random);
        const answer = await post(request.path, request.headers, request.body);
        const seen = statuses.get(request.kind) ?? new Set<number>();
        statuses.set(request.kind, seen.add(answer.status));
        if (!isRight(answer))
          wrong.push(`${request.kind}: ${answer.status} ${answer.text.slice(0, 200)}`);
        // Valid traffic beside it, on the same connections.
        if (index % 100 === 0) {
          const traces = await post(
            "/v1/traces",
            { "content-type": "application/x-protobuf" },
            goodTraces("beside"),
          );
          const metrics = await post(
            "/v1/metrics",
            { "content-type": "application/x-protobuf" },
            encodeReport(goodReport("beside"), Date.now()),
          );
          if (traces.status === 200 && metrics.status === 200) good += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sender));
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  it("refuses what can only be refused", () => {
    expect([...statuses.get("gzip bomb")!]).toEqual([413]);
    expect([...statuses.get("wrong type")!]).toEqual([415]);
    for (const kind of [
      "truncated traces",
      "flipped traces",
      "spliced traces",
      "deep JSON",
      "cut JSON",
      "no gzip",
      "odd consult",
    ]) {
      expect([...statuses.get(kind)!], kind).toContain(400);
    }
  });

  it("leaves the process alive and its memory flat", () => {
    expect(service.process.exitCode).toBeNull();
    const [, second, , , last] = heapLeast;
    console.log(`heap at its least: ${heapLeast.map((mib) => mib.toFixed(0)).join(", ")} MiB`);
    // Tables of what is known fill up to their bounds; what leaked with every case would be far above.
    expect(last! - second!).toBeLessThan(24);
    expect(residentMiB()).toBeLessThan(600);
  });

  it("does no harm to the valid traffic beside it", async () => {
    expect(good).toBe(CASES / 100);
    const calls = await until(
      async () => {
        const answer = await fetch(`${service.url}/v1/dependencies/tool:beside`);
        const view = (await answer.json()) as { signals?: { totals?: { calls?: number } } };
        return view.signals?.totals?.calls ?? 0;
      },
      (count) => count >= good * 3,
    );
    expect(calls).toBe(good * 3);
  });
});
