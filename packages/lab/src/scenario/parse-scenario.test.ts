import { HeadwayError } from "@headway/core";
import { describe, expect, it } from "vitest";
import { FileNode } from "./file-node.ts";
import { SMALL } from "./fixtures/small-scenario.ts";
import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";

function read(text: string): Scenario {
  return parseScenario("small", FileNode.parse(text, "file.yaml"));
}

function refusalOf(text: string): HeadwayError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HeadwayError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

const steps = (text: string): string => SMALL.replace('steps: ["tool:x"]', `steps: ${text}`);
const dependency = (text: string): string => SMALL.replace("queue: 0", `queue: 0, ${text}`);
const faults = (text: string): string => `${SMALL}faults: [{ ${text} }]\n`;

/** What a file says wrong, and what is said of it. */
const MISTAKES: readonly (readonly [text: string, message: string])[] = [
  ["durationSS: 1", 'durationSS is not known: did you mean "durationS"? (file.yaml:1)'],
  [
    SMALL.replace("durationS: 100", "durationS: no"),
    'between 1 and 1000000, got "no" (file.yaml:2)',
  ],
  [
    SMALL.replace("durationS: 100\n", ""),
    "The file must have durationS, got a mapping without it (file.yaml:1)",
  ],
  [
    SMALL.replace("toS: 20", "toS: 101"),
    "measure.toS must be a number between 11 and 100, got 101 (file.yaml:3)",
  ],
  [
    SMALL.replace("fromS: 10", "fromS: 100"),
    "measure.fromS must be a number between 0 and 99, got 100",
  ],
  [SMALL.replace('"tool:x": {', '"x": {'), 'dependencies.x must be named "kind:name"'],
  [
    SMALL.replace("queue: 0", "que: 0"),
    'dependencies.tool:x.que is not known: did you mean "queue"? (file.yaml:5)',
  ],
  [SMALL.replace("queue: 0", "queue: 0.5"), "must be an integer between 0 and 1000000, got 0.5"],
  [SMALL.replace("meanMs: 5", "meanMs: 5, samplesMs: [1]"), "meanMs is not known"],
  [
    SMALL.replace("meanMs: 5", "samplesMs: []"),
    "samplesMs must have a sample at least, got a list",
  ],
  [dependency("cancels: 1"), "cancels must be true or false, got 1"],
  [
    dependency('calls: ["tool:y"]'),
    'calls[0] must name a dependency, got "tool:y"; did you mean "tool:x"? (file.yaml:5)',
  ],
  [
    dependency('calls: ["tool:x"]'),
    "calls must not lead back to where they began, got tool:x → tool:x (file.yaml:5)",
  ],
  [SMALL.replace("perSecond: 1", "perSecond: -1"), "workloads.w.arrivals.perSecond must be"],
  [
    SMALL.replace("kind: poisson", "kind: poison"),
    'got "poison"; did you mean "poisson"? (file.yaml:9)',
  ],
  [
    SMALL.replace("perSecond: 1", "perSecond: 1, agents: 2"),
    "workloads.w.arrivals.agents is not known",
  ],
  [
    `${SMALL}    priorities: { 1: 0.2, 3: 0.7 }\n`,
    "workloads.w.priorities must have shares that add up to 1, got a mapping of 0.9",
  ],
  [
    `${SMALL}    priorities: { 6: 1 }\n`,
    "workloads.w.priorities.6 must be of a priority between 1 and 5",
  ],
  [
    steps('["tool:y"]'),
    'workloads.w.steps[0] must name a dependency, got "tool:y"; did you mean "tool:x"?',
  ],
  [
    steps('[{ call: "tool:x", fallback: ["x"] }]'),
    "workloads.w.steps[0].fallback[0] must name a dependency",
  ],
  [steps('[{ cal: "tool:x" }]'), 'workloads.w.steps[0].cal is not known: did you mean "call"?'],
  [
    steps('[{ call: "tool:x", all: ["tool:x"] }]'),
    "must have one of call, all, sequence, pauseMs, repeat, got call and all",
  ],
  [steps('[{ call: "tool:x", times: 2 }]'), "workloads.w.steps[0].times is not known"],
  [steps("[]"), "workloads.w.steps must have a step at least"],
  [steps("[{}]"), "workloads.w.steps[0] must have one of call"],
  [steps('[{ repeat: "tool:x" }]'), "workloads.w.steps[0] must have times"],
  [SMALL.replace(/workloads:[^]*/, "workloads: {}\n"), "workloads must have a workload at least"],
  [
    faults('kind: slowdown, dependency: "tool:z", fromS: 1, toS: 2, factor: 2'),
    'faults[0].dependency must name a dependency, got "tool:z"; did you mean "tool:x"? (file.yaml:12)',
  ],
  [
    faults("kind: spike, workload: v, fromS: 1, toS: 2, factor: 2"),
    'faults[0].workload must name a workload, got "v"; did you mean "w"?',
  ],
  [
    faults('kind: slowdown, dependency: "tool:x", fromS: 5, toS: 2, factor: 2'),
    "faults[0].toS must be a number between 5 and 100, got 2",
  ],
  [
    faults('kind: slowdown, dependency: "tool:x", fromS: 5, toS: 6, share: 2'),
    "faults[0].share is not known",
  ],
  [
    faults('kind: quota, dependency: "tool:x", fromS: 5, toS: 6, share: 0.5'),
    "must name a dependency that has a rateLimit",
  ],
  [`${SMALL}coordination: { staleMs: 1 }`, 'did you mean "stalenessMs"? (file.yaml:12)'],
  [
    `${SMALL}coordination: { lostReports: 2 }`,
    "lostReports must be a number between 0 and 1, got 2",
  ],
  ["a: [", "file.yaml must be YAML, got"],
  ["a: 1\na: 2", "DUPLICATE_KEY (file.yaml:2)"],
  ["a: &a [*a]", "must be at most 50 levels deep"],
  ["- 1", "The file must be a mapping, got a list (file.yaml:1)"],
  ["", "The file must be a mapping, got nothing"],
];

describe("parseScenario", () => {
  it("needs little, and fills in what callers and coordination usually are", () => {
    expect(read(SMALL)).toEqual({
      name: "small",
      summary: "s",
      durationS: 100,
      measure: { fromS: 10, toS: 20 },
      dependencies: [
        {
          id: "tool:x",
          servers: 1,
          service: { kind: "lognormal", meanMs: 5, sigma: 0.4 },
          queue: 0,
          timeoutMs: 10_000,
          cancels: false,
          rejectMs: 10,
          calls: [],
        },
      ],
      workloads: [
        {
          name: "w",
          processes: 1,
          arrivals: { kind: "poisson", perSecond: 1 },
          deadlineS: 1,
          priorities: [{ priority: 3, share: 1 }],
          steps: [
            { kind: "call", dependency: "tool:x", operation: "x", fallback: [], optional: false },
          ],
          retries: {
            sdk: {
              attempts: 2,
              backoff: { kind: "exponential", baseMs: 500, factor: 2, maxMs: 8_000, jitter: 0.25 },
            },
            agent: {
              attempts: 3,
              backoff: { kind: "exponential", baseMs: 1_000, factor: 2, maxMs: 30_000, jitter: 1 },
            },
          },
        },
      ],
      faults: [],
      coordination: {
        stalenessMs: 200,
        reportIntervalMs: 1_000,
        tickMs: 1_000,
        lostReports: 0,
        disobeying: 0,
        clockSkewMs: 0,
        spanBatchMs: 0,
      },
    });
  });

  it("reads all that a dependency may be", () => {
    const text = SMALL.replace(
      '"tool:x": { servers: 1, service: { meanMs: 5 }, queue: 0 }',
      `"tool:x":
    servers: 2
    service: { samplesMs: [1, 2.5] }
    queue: 3
    timeoutMs: 4
    cancels: true
    rejectMs: 0
    rateLimit: { perSecond: 5, burst: 6, retryAfter: false }
    lockout: { failuresPerMinute: 7, forS: 8 }
    calls: ["db:y", { dependency: "db:y", times: 9, attempts: 10 }]
  "db:y": { servers: 1, service: { kind: lognormal, meanMs: 1, sigma: 0 }, queue: 1 }`,
    );
    expect(read(text).dependencies[0]).toEqual({
      id: "tool:x",
      servers: 2,
      service: { kind: "empirical", samplesMs: [1, 2.5] },
      queue: 3,
      timeoutMs: 4,
      cancels: true,
      rejectMs: 0,
      rateLimit: { perSecond: 5, burst: 6, retryAfter: false },
      lockout: { failuresPerMinute: 7, forS: 8 },
      calls: [
        { dependency: "db:y", times: 1, attempts: 1 },
        { dependency: "db:y", times: 9, attempts: 10 },
      ],
    });
  });

  it("reads a tree of steps", () => {
    const call = {
      kind: "call",
      dependency: "tool:x",
      operation: "x",
      fallback: [],
      optional: false,
    };
    const text = steps(`
      - { call: "tool:x", operation: look, fallback: ["tool:x"], optional: true }
      - { all: "tool:x", times: 2 }
      - { all: ["tool:x", { sequence: ["tool:x", { pauseMs: 5 }] }] }
      - { repeat: "tool:x", times: 5 }
      - { repeat: ["tool:x", "tool:x"], times: 2, while: always }`);
    expect(read(text).workloads[0]?.steps).toEqual([
      { ...call, operation: "look", fallback: ["tool:x"], optional: true },
      { kind: "all", steps: [call, call] },
      {
        kind: "all",
        steps: [call, { kind: "sequence", steps: [call, { kind: "pause", meanMs: 5 }] }],
      },
      { kind: "repeat", step: call, times: 5, while: "failing" },
      {
        kind: "repeat",
        step: { kind: "sequence", steps: [call, call] },
        times: 2,
        while: "always",
      },
    ]);
  });

  it.each([
    ["{ kind: poisson, perSecond: 2 }", { kind: "poisson", perSecond: 2 }],
    [
      "{ kind: servegen, model: m, perSecond: 2, startS: 3 }",
      { kind: "servegen", model: "m", perSecond: 2, startS: 3 },
    ],
    ["{ kind: azure, perSecond: 2 }", { kind: "azure", perSecond: 2, startS: 0 }],
    ["{ kind: closed, agents: 2, pauseMs: 3 }", { kind: "closed", agents: 2, pauseMs: 3 }],
  ])("reads arrivals %s", (text, arrivals) => {
    const file = SMALL.replace("{ kind: poisson, perSecond: 1 }", text);
    expect(read(file).workloads[0]?.arrivals).toEqual(arrivals);
  });

  it("reads each layer of retries by itself", () => {
    const text = `${SMALL}    retries: { sdk: 1, agent: { attempts: 4, backoff: { kind: fixed, ms: 5 } } }\n`;
    const retries = read(text).workloads[0]?.retries;
    expect(retries?.sdk).toMatchObject({ attempts: 1, backoff: { baseMs: 500 } });
    expect(retries?.agent).toEqual({ attempts: 4, backoff: { kind: "fixed", ms: 5 } });
    const none = `${SMALL}    retries: { sdk: { backoff: { kind: none } } }\n`;
    expect(read(none).workloads[0]?.retries.sdk).toEqual({
      attempts: 2,
      backoff: { kind: "none" },
    });
    const exponential = "{ kind: exponential, baseMs: 1, maxMs: 9 }";
    const backoff = `${SMALL}    retries: { sdk: { backoff: ${exponential} } }\n`;
    expect(read(backoff).workloads[0]?.retries.sdk.backoff).toEqual({
      kind: "exponential",
      baseMs: 1,
      factor: 2,
      maxMs: 9,
      jitter: 1,
    });
  });

  it("backs off as usual where a layer is a number of attempts alone", () => {
    const retries = read(`${SMALL}    retries: { agent: 7 }\n`).workloads[0]?.retries;
    expect(retries?.agent).toMatchObject({ attempts: 7, backoff: { baseMs: 1_000, jitter: 1 } });
    expect(retries?.sdk.attempts).toBe(2);
  });

  it("keeps what coordination usually is, but for what the file says", () => {
    const usual = read(SMALL).coordination;
    expect(read(`${SMALL}coordination: { lostReports: 0.1, deadFromS: 5 }`).coordination).toEqual({
      ...usual,
      lostReports: 0.1,
      deadFromS: 5,
    });
  });

  it("measures the first fault's span where the file does not say", () => {
    const text = SMALL.replace("measure: { fromS: 10, toS: 20 }\n", "");
    const fault = "faults: [{ kind: spike, workload: w, fromS: 30, toS: 40, factor: 2 }]\n";
    expect(read(text + fault).measure).toEqual({ fromS: 30, toS: 40 });
    expect(refusalOf(text).message).toContain("must have measure where there are no faults");
  });

  it("reads each kind of fault", () => {
    const limited = dependency("rateLimit: { perSecond: 1, burst: 1 }");
    const kinds = [
      "slowdown, factor: 2",
      "capacity, share: 0.2",
      "quota, share: 0.5",
      "errors, share: 0.5",
      "ramp, perMinute: 0.02",
      "flapping, periodS: 20, factor: 2",
      "cold, factor: 2, answers: 10",
      "partial, share: 0.5",
      "hang, share: 0.5",
    ].map((kind) => `  - { fromS: 1, toS: 2, dependency: "tool:x", kind: ${kind} }`);
    const file = `${limited}faults:\n${kinds.join("\n")}\n`;
    const got = read(file).faults;
    expect(got.map(({ kind }) => kind)).toEqual([
      "slowdown",
      "capacity",
      "quota",
      "errors",
      "ramp",
      "flapping",
      "cold",
      "partial",
      "hang",
    ]);
    expect(got[5]).toEqual({
      kind: "flapping",
      dependency: "tool:x",
      fromS: 1,
      toS: 2,
      periodS: 20,
      factor: 2,
    });
  });

  it.each(MISTAKES.map(([text, message]) => ({ text, message })))(
    "tells: $message",
    ({ text, message }) => {
      expect(refusalOf(text).message).toContain(message);
    },
  );

  it("finds a circle of calls however long, and none where calls only meet", () => {
    const three = (calls: string): string =>
      SMALL.replace(
        /dependencies:\n.*\n/,
        `dependencies:
  "tool:a": { servers: 1, service: { meanMs: 1 }, queue: 0, calls: ["tool:x", "tool:b"] }
  "tool:b": { servers: 1, service: { meanMs: 1 }, queue: 0, calls: ["tool:x"] }
  "tool:x": { servers: 1, service: { meanMs: 1 }, queue: 0, calls: ${calls} }
`,
      );
    expect(read(three("[]")).dependencies).toHaveLength(3);
    expect(refusalOf(three('["tool:b"]')).message).toContain("tool:b → tool:x → tool:b");
    expect(refusalOf(three('["tool:a"]')).message).toContain("tool:a → tool:x → tool:a");
  });
});
