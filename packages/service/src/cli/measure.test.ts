import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Schema from "typebox/schema";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordedFleet } from "../measure/fixtures/recorded-fleet.ts";
import { MeasurementSchema } from "../measure/measurement.ts";
import { run } from "./run.ts";

/** Real traces; not part of the project. */
const DATA = process.env["HEADWAY_DATA"] ?? join(import.meta.dirname, "../../../../../shared/data");
const SOCIAL_NETWORK = join(DATA, "fixtures", "deathstarbench_socialnetwork_jaeger.json.gz");

let folder: string;
const fleet = recordedFleet({ agents: 12, seconds: 40, sick: [20, 30] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-measure-"));
  writeFileSync(join(folder, "fleet.jsonl"), `${fleet.lines.join("\n")}\n`);
  writeFileSync(join(folder, "rubbish.jsonl"), `${fleet.lines[0]}\nnot a trace\n{"a":1}\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function command(
  ...args: readonly string[]
): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(["measure", ...args], {
    out: (line) => void out.push(line),
    error: (line) => void error.push(line),
    environment: {},
    directory: folder,
    signal: new AbortController().signal,
  });
  return { code, out: out.join("\n"), error: error.join("\n") };
}

describe("headway measure", () => {
  it("prints a report without colours where there is no terminal", async () => {
    const { code, out } = await command("fleet.jsonl");
    expect(code).toBe(0);
    expect(out).toContain(`${fleet.truth.retries} retries`);
    expect(out).not.toContain("\u001B");
  });

  it("prints JSON that follows its schema, the same bytes each time", async () => {
    const first = await command("fleet.jsonl", "--json");
    const measurement: unknown = JSON.parse(first.out);
    expect([...Schema.Errors(MeasurementSchema, measurement)[1]]).toEqual([]);
    expect(measurement).toMatchObject({
      totals: { attempts: fleet.truth.attempts, retries: fleet.truth.retries },
      coverage: { inputs: [{ format: "otlp-json", rejected: 0 }] },
    });
    expect((await command("fleet.jsonl", "--json")).out).toBe(first.out);
    expect(JSON.parse((await command("--schema")).out)).toHaveProperty("properties.totals");
  });

  it("writes the page, and the text for a pull request", async () => {
    const { code, out } = await command("fleet.jsonl", "--html", "report.html");
    expect([code, out.split("\n").at(-1)]).toEqual([0, "The whole report: report.html"]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("</html>");
    expect((await command("fleet.jsonl", "--md")).out).toMatch(/^## /);
  });

  it("counts rubbish, says where it stands, and keeps what is good", async () => {
    const { code, out } = await command("rubbish.jsonl", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ coverage: { inputs: [{ rejected: 2 }] } });
  });

  it("keeps to the time and the service that it is asked for", async () => {
    const late = await command("fleet.jsonl", "--json", "--from", "2026-06-01T10:00:20Z");
    const { coverage } = JSON.parse(late.out);
    expect(coverage.fromMs).toBeGreaterThanOrEqual(Date.UTC(2026, 5, 1, 10, 0, 20));
    expect(coverage.spans.outOfRange + coverage.spans.used).toBe(coverage.spans.read);
    const own = JSON.parse((await command("fleet.jsonl", "--json", "--service", "idp")).out);
    expect(own.totals.attempts).toBe(0);
  });

  it.each([
    [[], "ERR_COMMAND"],
    [["nothing-here.json"], "ERR_TRACES_INPUT"],
    [["fleet.jsonl", "--from", "yesterday"], "ERR_CONFIG_RANGE"],
    [["fleet.jsonl", "--lookback", "long"], "ERR_CONFIG_RANGE"],
    [["fleet.jsonl", "--prices", "none.yaml"], "ERR_CONFIG_FILE"],
    [["fleet.jsonl", "--header", "secret"], "ERR_CONFIG_RANGE"],
  ])("refuses %j with %s", async (args, code) => {
    const { code: exit, error } = await command(...args);
    expect([exit, error]).toEqual([1, expect.stringContaining(code)]);
    expect(error).not.toContain("secret");
  });

  it.skipIf(!existsSync(SOCIAL_NETWORK))(
    "counts a real Jaeger export as straight loops over its JSON do",
    async () => {
      const { data } = JSON.parse(gunzipSync(readFileSync(SOCIAL_NETWORK)).toString("utf8"));
      let spans = 0;
      const durations = new Map<string, number[]>();
      for (const trace of data) {
        const serviceOf = (id: string): string | undefined => {
          for (const span of trace.spans)
            if (span.spanID === id) return trace.processes[span.processID].serviceName;
          return undefined;
        };
        for (const span of trace.spans) {
          spans += 1;
          const parent = span.references[0]?.spanID;
          const above = parent === undefined ? undefined : serviceOf(parent);
          const own = trace.processes[span.processID].serviceName;
          if (above === undefined || above === own) continue;
          const list = durations.get(`rpc:${own}`) ?? [];
          list.push(span.duration / 1_000);
          durations.set(`rpc:${own}`, list);
        }
      }
      const measurement = JSON.parse((await command(SOCIAL_NETWORK, "--json")).out);
      expect(measurement.coverage.spans.used).toBe(spans);
      expect(measurement.totals.runs).toBe(data.length);
      expect(measurement.dependencies).toHaveLength(durations.size);
      for (const { dependency, attempts, latency } of measurement.dependencies) {
        const truth = durations.get(dependency) ?? [];
        expect([dependency, attempts]).toEqual([dependency, truth.length]);
        expect(latency.maxMs).toBeCloseTo(Math.max(...truth), 3);
        expect(latency.meanMs).toBeCloseTo(
          truth.reduce((sum, ms) => sum + ms, 0) / truth.length,
          2,
        );
      }
    },
  );
});
