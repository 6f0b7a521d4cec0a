import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExponentialHistogram, type HistogramData } from "../histogram.ts";
import type { SignalReport } from "../report.ts";
import { decodeReports } from "./decode-reports.ts";
import { encodeReport } from "./encode-report.ts";
import {
  anyReport,
  inMetricOrder,
  type JsonPoint,
  type JsonSeries,
  reportAsJson,
} from "./fixtures/reports.ts";
import { utf8 } from "./fixtures/wire.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const HUGE = "huge";
const END_MS = 1_795_331_730_123;

function histogramOf(...values: readonly number[]): HistogramData {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  return histogram.data();
}

function decode(body: Uint8Array, encoding: "protobuf" | "json") {
  const decoded = decodeReports(body, encoding);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded;
}

const REPORT: SignalReport = {
  instance: "kyc-1",
  windowMs: 1000,
  points: [
    {
      signal: "headway.attempt.duration",
      attributes: { dependency: "tool:idp_lookup", outcome: "ok", retry: false },
      value: histogramOf(0, 0.2, 0.3, 4),
    },
    {
      signal: "headway.attempt.active",
      attributes: { dependency: "tool:idp_lookup", priority: 3 },
      value: 7,
    },
    {
      signal: "headway.agent.retries",
      attributes: { dependency: "tool:idp_lookup", overflow: true },
      value: 2.5,
    },
  ],
};

/** The JSON form of REPORT with its first data point of a metric changed. */
function jsonWith(
  metric: number,
  change: (dataPoint: JsonPoint, series: JsonSeries) => void,
): Uint8Array {
  const json = reportAsJson(REPORT, END_MS);
  const found = json.resourceMetrics[0]!.scopeMetrics[0]!.metrics[metric]!;
  const series = (found.exponentialHistogram ?? found.gauge ?? found.sum)!;
  change(series.dataPoints[0]!, series);
  // JSON has numbers that no double holds, and JavaScript has no way to write them.
  return utf8(JSON.stringify(json).replaceAll(`"${HUGE}"`, "1e999"));
}

describe("a report on the wire", () => {
  it("comes back as it went, with every signal and every attribute", () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const decoded = decode(encodeReport(report, END_MS), "protobuf");
        expect(decoded).toEqual({
          ok: true,
          reports: [inMetricOrder(report)],
          rejected: 0,
          ignored: 0,
          message: "",
        });
      }),
      { numRuns: 500 },
    );
  });

  it("comes back the same from JSON", () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const decoded = decode(utf8(reportAsJson(report, END_MS)), "json");
        expect(decoded).toEqual({
          ok: true,
          reports: report.points.length === 0 ? [] : [inMetricOrder(report)],
          rejected: 0,
          ignored: 0,
          message: "",
        });
      }),
      { numRuns: 500 },
    );
  });

  it("keeps its window to the nanosecond's rounding, also where it begins and ends between milliseconds", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5000, noNaN: true }),
        fc.double({ min: 1e12, max: 3e12, noNaN: true }),
        (windowMs, endMs) => {
          const [report] = decode(encodeReport({ ...REPORT, windowMs }, endMs), "protobuf").reports;
          expect(report?.windowMs).toBeCloseTo(windowMs, 2);
        },
      ),
    );
  });

  it("says when it was even where nothing happened", () => {
    const empty = { instance: "kyc-1", windowMs: 1000, points: [] };
    expect(decode(encodeReport(empty, END_MS), "protobuf").reports).toEqual([empty]);
  });

  it("never carries an attribute that the table does not name for the signal", () => {
    const attributes = { dependency: "tool:x", agent: "MARK", input: "MARK" };
    const bytes = encodeReport(
      { ...REPORT, points: [{ signal: "headway.attempt.active", attributes, value: 1 }] },
      END_MS,
    );
    expect(new TextDecoder().decode(bytes)).not.toContain("MARK");
  });

  it("comes apart into one report a window where a Collector put several together, oldest first", () => {
    const bodies = [END_MS + 1000, END_MS].map((endMs) => reportAsJson(REPORT, endMs));
    bodies[0]!.resourceMetrics[0]!.scopeMetrics.push(
      ...bodies[1]!.resourceMetrics[0]!.scopeMetrics,
    );
    const { reports } = decode(utf8(bodies[0]), "json");
    expect(reports).toEqual([inMetricOrder(REPORT), inMetricOrder(REPORT)]);
  });
});

describe("decodeReports", () => {
  it("ignores what others measure, and counts it", () => {
    const foreign = {
      name: "gen_ai.client.operation.duration",
      histogram: { dataPoints: [{ attributes: [{ key: "x", value: { stringValue: "MARK" } }] }] },
    };
    const json = reportAsJson(REPORT, END_MS);
    json.resourceMetrics[0]!.scopeMetrics[0]!.metrics.push(foreign, { name: "__proto__" });
    const decoded = decode(utf8(json), "json");
    expect(decoded).toMatchObject({
      rejected: 0,
      ignored: 2,
      reports: [{ points: { length: 3 } }],
    });
    expect(JSON.stringify(decoded)).not.toContain("MARK");
  });

  it.each<[string, (histogram: JsonPoint) => unknown]>([
    [
      "more buckets than 160",
      (h) => (h.positive.bucketCounts = Array.from({ length: 161 }, () => "0")),
    ],
    [
      "a million buckets",
      (h) => (h.positive.bucketCounts = Array.from({ length: 1_000_000 }, () => 0)),
    ],
    ["a negative count", (h) => (h.positive.bucketCounts[0] = "-1")],
    ["half a count", (h) => (h.positive.bucketCounts[0] = 0.5)],
    ["a count beyond 2^53", (h) => (h["count"] = "18446744073709551615")],
    ["counts that do not add up", (h) => (h["count"] = "5")],
    ["a count that is no number", (h) => (h["count"] = "four")],
    ["a scale of 21", (h) => (h["scale"] = 21)],
    ["a scale of -11", (h) => (h["scale"] = -11)],
    ["a scale between two", (h) => (h["scale"] = 1.5)],
    ["an offset that no double reaches", (h) => (h.positive.offset = 2 ** 31 - 1)],
    ["an offset below every double", (h) => (h.positive.offset = -(2 ** 31))],
    ["an offset between two", (h) => (h.positive.offset = 0.5)],
    ["an infinite sum", (h) => (h["sum"] = "Infinity")],
    ["a sum beyond all doubles", (h) => (h["sum"] = HUGE)],
    ["no sum", (h) => delete h["sum"]],
    ["a negative minimum", (h) => (h["min"] = -1)],
    ["no maximum", (h) => delete h["max"]],
    ["a minimum above its maximum", (h) => (h["min"] = 1e6)],
    ["buckets below zero", (h) => (h["negative"] = { bucketCounts: ["1"] })],
    [
      "an unknown outcome",
      (h) => h.attributes.splice(1, 1, { key: "headway.outcome", value: { stringValue: "great" } }),
    ],
    [
      "an empty dependency",
      (h) => h.attributes.splice(0, 1, { key: "headway.dependency", value: { stringValue: "" } }),
    ],
    [
      "a dependency that is a number",
      (h) => h.attributes.splice(0, 1, { key: "headway.dependency", value: { intValue: 1 } }),
    ],
    [
      "a retry that is a string",
      (h) => h.attributes.splice(2, 1, { key: "headway.retry", value: { stringValue: "true" } }),
    ],
    ["no start", (h) => delete h["startTimeUnixNano"]],
    ["an end before its start", (h) => (h["timeUnixNano"] = "1")],
    [
      "a window of two hours",
      (h) => (h["startTimeUnixNano"] = `${BigInt(END_MS - 7_200_000) * 1_000_000n}`),
    ],
  ])("leaves out a histogram with %s, and keeps the rest", (_, change) => {
    const decoded = decode(jsonWith(0, change), "json");
    expect(decoded).toMatchObject({ rejected: 1, message: expect.stringMatching(/must/) });
    expect(decoded.reports[0]?.points).toEqual(REPORT.points.slice(1));
  });

  it.each([HUGE, -1, "NaN", null, {}, "-0.5"])("leaves out a gauge of %j", (asDouble) => {
    const body = jsonWith(1, (dataPoint) => Object.assign(dataPoint, { asInt: null, asDouble }));
    expect(decode(body, "json")).toMatchObject({
      rejected: 1,
      reports: [{ points: { length: 2 } }],
    });
  });

  it.each([0, 6, 2.5, "3"])("leaves out the priority %j", (priority) => {
    const value =
      typeof priority === "number" ? { doubleValue: priority } : { stringValue: priority };
    const body = jsonWith(1, (dataPoint) =>
      Object.assign(dataPoint, { attributes: [{ key: "headway.priority", value }] }),
    );
    expect(decode(body, "json").rejected).toBe(1);
  });

  it.each([2, 0, "AGGREGATION_TEMPORALITY_CUMULATIVE", null])(
    "leaves out a sum of the temporality %j",
    (temporality) => {
      const body = jsonWith(2, (_, series) =>
        Object.assign(series, { aggregationTemporality: temporality }),
      );
      expect(decode(body, "json")).toMatchObject({
        rejected: 1,
        message: expect.stringContaining("delta"),
      });
    },
  );

  it("takes the delta temporality by its name", () => {
    const body = jsonWith(2, (_, series) =>
      Object.assign(series, { aggregationTemporality: "AGGREGATION_TEMPORALITY_DELTA" }),
    );
    expect(decode(body, "json")).toMatchObject({ rejected: 0, reports: [REPORT] });
  });

  it("leaves out a signal that comes as another type of metric", () => {
    const text = new TextDecoder()
      .decode(utf8(reportAsJson(REPORT, END_MS)))
      .replace('"gauge"', '"sum"');
    expect(decode(utf8(text), "json")).toMatchObject({
      rejected: 1,
      reports: [{ points: { length: 2 } }],
    });
  });

  it("leaves out the points of a resource that does not say whose they are", () => {
    const text = new TextDecoder()
      .decode(utf8(reportAsJson(REPORT, END_MS)))
      .replace("service.instance.id", "service.name");
    expect(decode(utf8(text), "json")).toMatchObject({ rejected: 3, reports: [] });
    expect(decode(encodeReport({ ...REPORT, instance: "" }, END_MS), "protobuf")).toMatchObject({
      rejected: 3,
      reports: [],
    });
  });

  it("cuts attributes at 256 characters", () => {
    const points = [
      { signal: "headway.attempt.active", attributes: { dependency: "x".repeat(5000) }, value: 1 },
    ] as const;
    const [report] = decode(encodeReport({ ...REPORT, points }, END_MS), "protobuf").reports;
    expect(report?.points[0]?.attributes.dependency).toHaveLength(256);
  });

  it("takes bucket counts that are not packed, and a name that comes after its data", () => {
    const writer = new ProtobufWriter();
    writer.message(1, () => {
      writer.message(2, () =>
        writer.message(2, () => {
          writer.message(10, () => {
            writer.uint(2, 1);
            writer.message(1, () => {
              writer.fixed64(2, 1_000_000_000);
              writer.fixed64(3, 2_000_000_000);
              writer.fixed64(4, 3);
              writer.double(5, 3);
              writer.double(12, 1);
              writer.double(13, 1);
              writer.message(8, () => [1, 2].forEach((count) => writer.uint(2, count)));
            });
          });
          writer.string(1, "headway.retry.gap");
        }),
      );
      writer.message(1, () =>
        writer.message(1, () => {
          writer.string(1, "service.instance.id");
          writer.message(2, () => writer.string(1, "late"));
        }),
      );
    });
    expect(decode(writer.finish(), "protobuf").reports).toEqual([
      {
        instance: "late",
        windowMs: 1000,
        points: [
          {
            signal: "headway.retry.gap",
            attributes: {},
            value: {
              scale: 0,
              count: 3,
              sum: 3,
              min: 1,
              max: 1,
              zeroCount: 0,
              offset: 0,
              counts: [1, 2],
            },
          },
        ],
      },
    ]);
  });
});
