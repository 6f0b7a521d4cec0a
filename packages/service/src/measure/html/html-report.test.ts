import { createHash } from "node:crypto";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { MeasurementSchema } from "../measurement.ts";
import {
  emptyMeasurement,
  fullestMeasurement,
  hostileName,
  smallestMeasurement,
} from "./fixtures/edge-measurements.ts";
import { IDENTITY } from "./fixtures/storm-attempts.ts";
import { stormMeasurement } from "./fixtures/storm-measurement.ts";
import { htmlReport } from "./html-report.ts";

const BYTES_MAX = 1.5 * 1024 * 1024;

const STORM = stormMeasurement();
const storm = htmlReport(STORM);
const FULLEST = fullestMeasurement(STORM);
const fullest = htmlReport(FULLEST);

const FIXTURES = [
  ["a storm", STORM],
  ["nothing", emptyMeasurement()],
  ["one agent, one call", smallestMeasurement()],
  ["everything at its bounds", FULLEST],
] as const;

describe("the made-up measurements", () => {
  it.each(FIXTURES)("%s is a measurement by the schema", (_, measurement) => {
    expect(Value.Check(MeasurementSchema, measurement)).toBe(true);
  });
});

describe("htmlReport", () => {
  it("says in its first sentence what coordination costs, and how sure that is", () => {
    const sentence = /<h1>(.*?)<\/h1>/s.exec(storm)?.[1] ?? "";
    expect(text(sentence)).toBe(
      "Coordination cost 90 agents 2.8 h, 24 % of their time, and 23.71 USD.",
    );
    const { coordination, total } = STORM.cost;
    expect(coordination.agentSeconds / 3_600).toBeCloseTo(2.8, 1);
    expect(coordination.agentSeconds / total.agentSeconds).toBeCloseTo(0.24, 2);
    expect(text(listOf(storm, "sureness"))).toBe(
      "What better spacing could have won, at most: confirmed 0 s likely 2.8 h likely 23.71 USD besides, servers worked 6 min 52 s for nobody",
    );
  });

  it("gives the whole as one, no surer than it is, where bars do not add up to it", () => {
    const { coordination } = STORM.cost;
    const cost = { ...STORM.cost, coordination: { ...coordination, agentSeconds: 9_000 } };
    const page = htmlReport({ ...STORM, cost });
    expect(text(listOf(page, "sureness"))).toContain("at most: likely 2.5 h likely 23.71 USD");
  });

  it("paints red what better spacing could have won, green what was of use, and the rest grey", () => {
    const bar = /<div class="where">.*?<\/svg>/s.exec(storm)?.[0] ?? "";
    const looks = [...bar.matchAll(/<rect class="([^"]*)"/g)].map(([, look]) => look);
    expect(looks).toEqual([
      "waste likely",
      "other confirmed",
      "other confirmed",
      "waste likely",
      "useful confirmed",
    ]);
  });

  it("has the biggest finding first, with its picture", () => {
    const first = /<article class="first bad">(.*?)<\/article>/s.exec(storm)?.[1] ?? "";
    expect(text(first)).toContain("The biggest finding: retries in bursts · http:api.idp.example");
    expect(first).toContain('<svg class="evidence"');
  });

  it("marks in the raster what was in a burst, and numbers bursts as their table does", () => {
    const raster = figureOf(storm, "raster", IDENTITY);
    expect(raster.match(/<rect class="burst"/g)).toHaveLength(3);
    expect([...raster.matchAll(/<text class="rank"[^>]*>(\d)</g)].map(([, rank]) => rank)).toEqual([
      "2",
      "1",
      "3",
    ]);
    expect(dashes(raster, "correlated")).toBeGreaterThan(10 * dashes(raster, "lone"));
    expect(dashes(raster, "lone")).toBeGreaterThan(0);
  });

  it("draws a dash where each cell of a raster is, though the pen moves relative to where it stands", () => {
    const { cells } = STORM.series.rasters[0]!;
    const raster = figureOf(storm, "raster", IDENTITY);
    const drawn = [...raster.matchAll(/<path class="dash [^"]*" d="([^"]*)"/g)];
    expect(drawn.flatMap(([, path]) => cellsOf(path!)).toSorted()).toEqual(
      cells.map(([row, bucket]) => `${row}/${bucket}`).toSorted(),
    );
  });

  it("marks drift in the latency of what drifted, which comes first", () => {
    const bands = [...storm.matchAll(/<figure class="plot latency".*?<\/figure>/gs)].map(
      ([band]) => band,
    );
    expect(bands.map((band) => (band.match(/<rect class="drift /g) ?? []).length)).toEqual([
      1, 0, 0, 0, 0,
    ]);
    expect(bands[0]).toContain(IDENTITY);
    expect(bands[0]).toContain("Shaded: slower than its usual 10:12:40 to 10:19:10.");
  });

  it("draws the fan-out with a factor for each hop", () => {
    const { tree } = STORM.series;
    const drawn = /<figure class="plot tree">.*?<\/figure>/s.exec(storm)?.[0] ?? "";
    expect(drawn.match(/<g class="card/g)).toHaveLength(tree.length);
    expect(drawn.match(/<text class="factor/g)).toHaveLength(
      tree.filter(({ parent }) => parent !== null).length,
    );
    expect(drawn).toContain(">2×<");
  });

  it("has a table for each who and what, and one for each kind of waste", () => {
    const tables = [...storm.matchAll(/<table aria-label="([^":]*)/g)].map(([, name]) => name);
    expect(tables).toEqual([
      "Bursts of retries",
      "Drifts",
      "Hops",
      "Loops",
      "Time-outs",
      "Workflow classes",
      "Dependencies",
      "Agents",
      "Inputs",
    ]);
  });

  it.each([
    ["confirmed", 8],
    ["likely", 6],
    ["unpriced", 1],
  ])("says of numbers that they are %s", (certainty, least) => {
    expect(storm.split(`<span class="badge ${certainty}">`).length - 1).toBeGreaterThanOrEqual(
      least,
    );
  });

  it("says that nothing was read instead of drawing nothing", () => {
    const empty = htmlReport(emptyMeasurement());
    expect(empty).toContain("No spans were read, so there is nothing to say yet.");
    expect(text(empty)).toContain("Could not be read: not JSON 2.");
    expect(body(empty)).not.toMatch(/<figure|NaN|Infinity|undefined/);
  });

  it("is sane for one agent that made one call", () => {
    const smallest = htmlReport(smallestMeasurement());
    expect(text(smallest)).toContain("Coordination costs 1 agent next to nothing: 0 s of 120 ms.");
    expect(body(smallest)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("stays below 1.5 MiB when all is at its bounds and every name is to be escaped", () => {
    expect(Buffer.byteLength(fullest)).toBeLessThan(BYTES_MAX);
    expect(Buffer.byteLength(fullest)).toBeGreaterThan(BYTES_MAX / 4);
    expect(body(fullest)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("lets no name become markup", () => {
    expect(tagsOf(fullest)).toEqual(
      tagsOf(htmlReport(fullestMeasurement(STORM, (at) => `name-${at}`))),
    );
    expect(fullest).not.toMatch(
      /[\u202A-\u202E\u2066-\u2069]|(?!\n)\p{Cc}|\\u00|onerror=alert\(1\)>/u,
    );
    expect(fullest).toContain("&lt;img src");
    expect(hostileName(0)).toHaveLength(251);
  });

  it("allows itself exactly its own style and script, and nothing from anywhere", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(storm)?.[1] ?? "";
    const directives = policy.split("; ");
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain(`style-src 'sha256-${hashOf(storm, "style")}'`);
    expect(directives).toContain(`script-src 'sha256-${hashOf(storm, "script")}'`);
    expect(policy).not.toMatch(/unsafe|\*|http|data:/);
    // A browser would have to ask somebody for any of these.
    expect(storm).not.toMatch(
      /<(link|img|iframe|object|embed|base|form|video|audio|source)\b|@import|url\((?!#)|\b(src|action|srcset)=/,
    );
    expect(storm).not.toMatch(/href="(?!#)| style="| on\w+="/);
  });

  it("is the same for the same measurement", () => {
    expect(htmlReport(stormMeasurement())).toBe(storm);
  });
});

function text(markup: string): string {
  return markup
    .replaceAll("</li>", " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/[\s\u00A0]+/g, " ")
    .trim();
}

/** Without style and script. */
function body(page: string): string {
  return page.slice(page.indexOf("<body>"), page.indexOf("<script>"));
}

function listOf(page: string, name: string): string {
  return new RegExp(`<ul class="${name}">.*?</ul>`, "s").exec(page)?.[0] ?? "";
}

function figureOf(page: string, kind: string, dependency: string): string {
  const figures = [...page.matchAll(new RegExp(`<figure class="plot ${kind}".*?</figure>`, "gs"))];
  return (
    figures.map(([figure]) => figure).find((figure) => figure.includes(`<code>${dependency}<`)) ??
    ""
  );
}

function dashes(figure: string, look: string): number {
  const paths = [
    ...figure.matchAll(new RegExp(`<path class="dash ${look} [^"]*" d="([^"]*)"`, "g")),
  ];
  return paths.reduce((sum, [, path]) => sum + path!.split("h1").length - 1, 0);
}

/** Follows the pen: `M3 7.5h1m2 0h1` is row 7, buckets 3 and 6. */
function cellsOf(path: string): readonly string[] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([Mmh])(-?[\d.]+)(?: ([\d.]+))?/g)].flatMap(
    ([, command, first, second]) => {
      if (command === "h") {
        x += 1;
        return [`${Math.floor(y)}/${x - 1}`];
      }
      x = command === "M" ? Number(first) : x + Number(first);
      y = command === "M" ? Number(second) : y;
      return [];
    },
  );
}

function tagsOf(page: string): readonly string[] {
  return [...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([tag]) => tag);
}

function hashOf(page: string, element: string): string {
  const content = new RegExp(`<${element}>(.*?)</${element}>`, "s").exec(page)?.[1] ?? "";
  return createHash("sha256").update(content).digest("base64");
}
