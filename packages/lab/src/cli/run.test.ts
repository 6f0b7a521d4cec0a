import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { POLICY_NAMES } from "../run/policy-named.ts";
import { SMALL } from "../scenario/fixtures/small-scenario.ts";
import { shippedScenarios } from "../scenario/shipped-scenarios.ts";
import { run } from "./run.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-lab-cli-"));
  writeFileSync(join(directory, "small.yaml"), SMALL);
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: readonly string[];
}

/** Words are split at spaces. */
async function lab(...words: string[]): Promise<Said> {
  const args = words.flatMap((word) => word.split(" "));
  const out: string[] = [];
  const error: string[] = [];
  const code = await run(args, {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    directory,
  });
  return { code, out: out.join("\n"), error };
}

/** A policy that refuses every attempt and every retry, in a file of its own. */
const REFUSES = `export const policy = {
  name: "refuses", title: "t", source: "s", kind: "local",
  create: () => ({ guardOf: () => ({
    request: (_attempt, { refuse }) => refuse(),
    withdraw() {}, ended() {}, retryAfter: () => undefined,
  }) }),
};
`;

describe("headway lab", () => {
  it("tells its commands, and each command its flags", async () => {
    const all = await lab("--help");
    expect(all.code).toBe(0);
    for (const name of ["run FILE", "check FILE", "list"]) expect(all.out).toContain(`  ${name} `);
    const help = await lab("run", "--help");
    expect(help.out).toContain("usage: headway lab run FILE [flags]");
    for (const flag of ["--policy NAME[,NAME…]", "--seeds N", "--seed-first N", "--json "])
      expect(help.out).toContain(`  ${flag}`);
    expect((await lab("list", "--help")).out).toBe(
      "usage: headway lab list\n\nLists the scenarios that come with the lab, and the policies.",
    );
    expect((await lab()).code).toBe(1);
  });

  it("lists every scenario and every policy", async () => {
    const { out } = await lab("list");
    for (const name of [...shippedScenarios(), ...POLICY_NAMES])
      expect(out).toMatch(new RegExp(`^${name} `, "m"));
  });

  it("checks a file, with what is set over it", async () => {
    expect((await lab("check", "small.yaml")).out).toBe(
      "small is fine: 1 dependency, 1 workload, 0 faults, 100 s",
    );
    expect((await lab("check", "small.yaml", "--set", "durationS=50")).out).toContain(", 50 s");
    expect((await lab("check", "a-queue-256")).out).toContain("a-queue-256 is fine");
  });

  it.each([
    [
      ["rnu"],
      'must be one of run, check, list, detect, results, got "rnu"; did you mean "run"?',
      "ERR_COMMAND",
    ],
    [["list", "now"], 'list must be given flags only, got "now"', "ERR_COMMAND"],
    [["check"], "FILE must be one scenario, got 0", "ERR_COMMAND"],
    [["check", "smal.yaml"], "must be a file or the name of one", "ERR_CONFIG_FILE"],
    [["check", "small.yaml", "--set", "x"], "--set must be KEY=VALUE", "ERR_COMMAND"],
    [["run", "small.yaml"], "run must get --policy NAME, got none", "ERR_COMMAND"],
    [["run", "small.yaml", "--policy", "a,"], 'got "a,"', "ERR_COMMAND"],
    [["run", "small.yaml", "--policy"], "--policy must have a value", "ERR_CONFIG_TYPE"],
    [
      ["run", "small.yaml", "--policy", "none,orcale"],
      'got "orcale"; did you mean "oracle"?',
      "ERR_COMMAND",
    ],
    [
      ["run", "small.yaml", "--policy", "none", "--seeds", "0"],
      '--seeds must be an integer between 1 and 999999, got "0"',
      "ERR_CONFIG_RANGE",
    ],
    [
      ["run", "small.yaml", "--polcy", "none"],
      '--polcy is not known: did you mean "policy"?',
      "ERR_CONFIG_UNKNOWN_KEY",
    ],
    [["run", "small.yaml", "--policy", "gone.ts"], "gone.ts must be a module", "ERR_CONFIG_FILE"],
  ])("refuses %j in one line, with exit code 1", async (args, message, code) => {
    const said = await lab(...args);
    expect(said.code).toBe(1);
    expect(said.out).toBe("");
    expect(said.error).toHaveLength(1);
    expect(said.error[0]).toContain(`headway lab: `);
    expect(said.error[0]).toContain(message);
    expect(said.error[0]).toContain(`[${code}]`);
  });
});

describe("headway lab run", () => {
  it("shows a row for each policy, in the order asked for", async () => {
    const { code, out } = await lab(
      "run small.yaml --policy oracle,none --policy oracle --seeds 2",
    );
    expect(code).toBe(0);
    const [title, what, , head, ...rows] = out.split("\n");
    expect(title).toBe("small: s");
    expect(what).toContain("from 10 to 20 s");
    expect(what).toContain("over 2 seeds");
    expect(head).toMatch(/^POLICY +GOODPUT\/s .*RECOVERY s$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^oracle +\d\.\d ± \d+\.\d /);
    expect(rows[1]).toMatch(/^none /);
  });

  it("gives as JSON the scenario it ran, summaries and every outcome", async () => {
    const { out } = await lab(
      "run small.yaml --policy none,none --seeds 3 --seed-first 7 --json",
      "--set durationS=60 --threads 1",
    );
    const json: unknown = JSON.parse(out);
    expect(json).toMatchObject({
      scenario: { name: "small", durationS: 60 },
      summaries: [{ scenario: "small", policy: "none", seeds: [7, 8, 9] }],
      outcomes: [{ seed: 7 }, { seed: 8 }, { seed: 9 }],
    });
  });

  it("comes to the same however many threads run it", async () => {
    const words = "run small.yaml --policy full-jitter,oracle --seeds 2 --json";
    const one = await lab(words, "--threads 1");
    const two = await lab(words, "--threads 2");
    expect(two.out).toBe(one.out);
  });

  it("runs a policy of one's own from its file beside the lab's", async () => {
    writeFileSync(join(directory, "refuses.mjs"), REFUSES);
    const { out } = await lab("run small.yaml --policy ./refuses.mjs,none --seeds 1");
    expect(out).toMatch(/^refuses +0\.0 /m);
    expect(out).toMatch(/^none +[01]\.\d /m);
    expect(out.indexOf("\nrefuses ")).toBeLessThan(out.indexOf("\nnone "));
  });

  it("refuses two files whose policies have one name, which would be averaged", async () => {
    for (const file of ["one.mjs", "two.mjs"]) writeFileSync(join(directory, file), REFUSES);
    const { code, error } = await lab("run small.yaml --policy one.mjs,two.mjs");
    expect(code).toBe(1);
    expect(error[0]).toContain(
      "two.mjs must have a name of its own, got refuses, which is that of",
    );
    expect(error[0]).toContain("one.mjs");
  });

  it.each([
    [
      "export const other = 1;",
      "must export policy, with name, title, source, kind and create, got none",
    ],
    ["export const policy = 5;", "got a number"],
    ["export const policy = { name: 'x' };", "got an object with name"],
    ["export const policy = {", "must be a module, got"],
    [REFUSES.replace('"refuses"', '"none"'), "must have a name of its own, got none"],
  ])("refuses a file that says %j", async (text, message) => {
    writeFileSync(join(directory, "own.mjs"), text);
    const { code, error } = await lab("run", "small.yaml", "--policy", "own.mjs");
    expect(code).toBe(1);
    expect(error[0]).toContain(message);
  });
});
