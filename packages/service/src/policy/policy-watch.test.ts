import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadwayError } from "@headway/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PolicyWatch } from "./policy-watch.ts";

let directory = "";
let path = "";
let watch: PolicyWatch;
let modes: string[] = [];
let bad: string[] = [];
let settings: string[] = [];
let recovered = 0;

function start(options: { readonly pollMs?: number; readonly mayBeAbsent?: boolean } = {}): void {
  watch = new PolicyWatch({
    path,
    stillMs: 10,
    pollMs: 60_000,
    ...options,
    onChange: ({ common }) => modes.push(common.defaults.mode),
    onSettings: (keys) => settings.push(keys.join()),
    onBad: ({ code }) => bad.push(code),
    onRecovered: () => (recovered += 1),
  });
  watch.start();
}

function write(mode: string): void {
  writeFileSync(path, `defaults: { mode: ${mode} }\n`);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-policy-"));
  path = join(directory, "headway.yaml");
  modes = [];
  bad = [];
  settings = [];
  recovered = 0;
  write("observe");
});

afterEach(() => {
  watch.close();
  rmSync(directory, { recursive: true });
});

describe("PolicyWatch", () => {
  it("tells of settings that are others than at the start, once, and not of those that are the same", async () => {
    const write = (settings: string, mode: string): void =>
      writeFileSync(path, `${settings}\ndefaults: { mode: ${mode} }\n`);
    write("tickMs: 500\nlimits: { auditRowsMax: 5000 }", "observe");
    start();
    write("tickMs: 500\nlimits: { auditRowsMax: 5000 }", "advise");
    await vi.waitFor(() => expect(modes).toHaveLength(1));
    expect(settings).toEqual([]);
    write("tickMs: 250\nlimits: { auditRowsMax: 6000 }\nhttp: 127.0.0.1:1", "advise");
    await vi.waitFor(() => expect(modes).toHaveLength(2));
    expect(settings).toEqual(["tickMs,limits.auditRowsMax,http"]);
    write("tickMs: 250\nlimits: { auditRowsMax: 6000 }\nhttp: 127.0.0.1:1", "enforce");
    await vi.waitFor(() => expect(modes).toHaveLength(3));
    write("limits: { auditRowsMax: 5000 }", "enforce");
    await vi.waitFor(() => expect(modes).toHaveLength(4));
    write("tickMs: 500\nlimits: { auditRowsMax: 5000 }", "observe");
    await vi.waitFor(() => expect(modes).toHaveLength(5));
    expect(settings).toEqual(["tickMs,limits.auditRowsMax,http", "tickMs"]);
  });

  it("tells of a change, once, and not of a touch", async () => {
    start();
    write("advise");
    await vi.waitFor(() => expect(modes).toEqual(["advise"]));
    write("advise");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(modes).toEqual(["advise"]);
    write("enforce");
    await vi.waitFor(() => expect(modes).toEqual(["advise", "enforce"]));
    expect(watch.policies.common.defaults.mode).toBe("enforce");
  });

  it("sees a file that is replaced, as editors do", async () => {
    start();
    const next = join(directory, "next.yaml");
    writeFileSync(next, "defaults: { mode: enforce }");
    renameSync(next, path);
    await vi.waitFor(() => expect(modes).toEqual(["enforce"]));
    write("advise");
    await vi.waitFor(() => expect(modes).toEqual(["enforce", "advise"]));
  });

  it("sees a change behind a symbolic link, of which no event tells, at the next poll", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "headway-policy-"));
    const target = join(elsewhere, "policy.yaml");
    writeFileSync(target, "defaults: { mode: observe }");
    path = join(directory, "linked.yaml");
    symlinkSync(target, path);
    start({ pollMs: 20 });
    writeFileSync(target, "defaults: { mode: enforce }");
    await vi.waitFor(() => expect(modes).toEqual(["enforce"]));
    rmSync(elsewhere, { recursive: true });
  });

  it("keeps what is in force when the file turns bad, says so once, and takes the repaired file", async () => {
    start({ pollMs: 20 });
    write("enforced");
    await vi.waitFor(() => expect(bad).toEqual(["ERR_CONFIG_RANGE"]));
    expect(watch.policies.common.defaults.mode).toBe("observe");
    expect(watch.error?.message).toContain("headway.yaml:1");
    rmSync(path);
    await vi.waitFor(() => expect(bad).toEqual(["ERR_CONFIG_RANGE", "ERR_CONFIG_FILE"]));
    // Several polls later it has still been said only once.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bad).toHaveLength(2);
    write("observe");
    await vi.waitFor(() => expect(watch.error).toBeUndefined());
    write("enforce");
    await vi.waitFor(() => expect(modes.at(-1)).toBe("enforce"));
  });

  it.each(["gone", "bad"])("is well again when a file that was %s is as it was", async (how) => {
    start({ pollMs: 20 });
    if (how === "gone") rmSync(path);
    else write("enforced");
    await vi.waitFor(() => expect(watch.error).toBeDefined());
    write("observe");
    await vi.waitFor(() => expect(watch.error).toBeUndefined());
    expect([recovered, modes]).toEqual([1, []]);
  });

  it("refuses a change of settings that no service could start with", async () => {
    start({ pollMs: 20 });
    writeFileSync(path, "tickMs: banana\ndefaults: { mode: enforce }\n");
    await vi.waitFor(() => expect(bad).toEqual(["ERR_CONFIG_TYPE"]));
    expect(watch.policies.common.defaults.mode).toBe("observe");
  });

  it("waits for a file that need not be there, and then holds on to it like any other", async () => {
    rmSync(path);
    start({ pollMs: 20, mayBeAbsent: true });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([watch.error, bad]).toEqual([undefined, []]);
    write("enforced");
    await vi.waitFor(() => expect(bad).toEqual(["ERR_CONFIG_RANGE"]));
    rmSync(path);
    await vi.waitFor(() => expect(watch.error).toBeUndefined());
    write("enforce");
    await vi.waitFor(() => expect(modes).toEqual(["enforce"]));
    rmSync(path);
    await vi.waitFor(() => expect(bad).toEqual(["ERR_CONFIG_RANGE", "ERR_CONFIG_FILE"]));
    expect(watch.policies.common.defaults.mode).toBe("enforce");
  });

  it("refuses to start with a bad file: there is no older policy to keep", () => {
    write("enforce");
    start();
    write("enforced");
    expect(() => new PolicyWatch({ path, onChange: () => {}, onBad: () => {} })).toThrow(
      HeadwayError,
    );
  });
});
