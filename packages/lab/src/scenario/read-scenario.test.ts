import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SMALL } from "./fixtures/small-scenario.ts";
import { readScenario } from "./read-scenario.ts";
import type { Scenario } from "./scenario.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-scenario-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Reads the first of the given files, by name and text. */
function read(files: Readonly<Record<string, string>>, settings: readonly string[] = []): Scenario {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return readScenario(join(directory, Object.keys(files)[0] ?? ""), { settings });
}

const fault = `faults: [{ kind: slowdown, dependency: "tool:x", fromS: 5, toS: 6, factor: 2 }]`;

describe("readScenario", () => {
  it("names the scenario as the file", () => {
    expect(read({ "calm-sea.yaml": SMALL }).name).toBe("calm-sea");
  });

  it("tells that there is no such file", () => {
    expect(() => readScenario(join(directory, "none.yaml"))).toThrow(
      /The scenario must be a readable file, got ENOENT/,
    );
  });
});

describe("a file that extends another", () => {
  it("keeps what it does not say, goes into mappings, and replaces lists", () => {
    const over = `extends: base.yaml
workloads: { w: { processes: 7 }, v: { processes: 1, arrivals: { kind: closed, agents: 1 }, deadlineS: 2, steps: ["tool:x"] } }
faults: []
`;
    const base = `${SMALL}${fault}\n`;
    const got = read({ "over.yaml": over, "base.yaml": base });
    expect(got.name).toBe("over");
    expect(got.durationS).toBe(100);
    expect(got.faults).toEqual([]);
    expect(got.workloads.map(({ name, processes }) => [name, processes])).toEqual([
      ["w", 7],
      ["v", 1],
    ]);
  });

  it("takes away what it says nothing for, and replaces what becomes of another kind", () => {
    const over = `extends: base.yaml
workloads: { w: { arrivals: { kind: closed, agents: 3 }, priorities: } }
`;
    const base = `${SMALL}    priorities: { 1: 0.5, 2: 0.5 }\n`;
    const [workload] = read({ "over.yaml": over, "base.yaml": base }).workloads;
    expect(workload?.arrivals).toEqual({ kind: "closed", agents: 3, pauseMs: 0 });
    expect(workload?.priorities).toEqual([{ priority: 3, share: 1 }]);
  });

  it("names the file and the line of a mistake, whichever file has it", () => {
    const broken = SMALL.replace("queue: 0", "queue: -1");
    expect(() => read({ "o.yaml": "extends: base.yaml", "base.yaml": broken })).toThrow(
      /got -1 \(base\.yaml:5\)/,
    );
    const over = 'extends: base.yaml\ndependencies:\n  "tool:x": { queue: -2 }\n';
    expect(() => read({ "o.yaml": over, "base.yaml": SMALL })).toThrow(/got -2 \(o\.yaml:3\)/);
  });

  it("may not lead back to itself", () => {
    const files = {
      "a.yaml": "extends: b.yaml",
      "b.yaml": "# round\nextends: c.yaml",
      "c.yaml": "extends: b.yaml",
    };
    expect(() => read(files)).toThrow(
      "extends must not lead back to a file on its way, got a.yaml → b.yaml → c.yaml → b.yaml (c.yaml:1)",
    );
  });
});

describe("settings over a file", () => {
  it("stand over it, one key each", () => {
    const got = read({ "a.yaml": SMALL }, [
      "coordination.stalenessMs=1000",
      "workloads.w.processes=9",
    ]);
    expect(got.coordination.stalenessMs).toBe(1_000);
    expect(got.workloads[0]?.processes).toBe(9);
  });

  it("reach a name that holds dots where it stands in quotes", () => {
    const dotted = SMALL.replaceAll("tool:x", "http:api.example");
    const [dependency] = read({ "a.yaml": dotted }, [
      'dependencies."http:api.example".queue=7',
    ]).dependencies;
    expect(dependency).toMatchObject({ id: "http:api.example", queue: 7 });
  });

  it.each([
    ["durationS", '--set must be KEY=VALUE, as durationS=120, got "durationS"'],
    ["duration=1", 'duration is not known: did you mean "durationS"? (--set)'],
    [
      "coordination.tickMs=x",
      'coordination.tickMs must be a number between 1 and 600000, got "x" (--set)',
    ],
    ["durationS=[", "--set must be YAML"],
  ])("refuses %j", (setting, message) => {
    expect(() => read({ "a.yaml": SMALL }, [setting])).toThrow(message);
  });
});
