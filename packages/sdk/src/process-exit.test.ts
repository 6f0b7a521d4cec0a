import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FixtureService, portOf } from "./fixtures/fixture-service.ts";

const run = promisify(execFile);
const here = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const service = new FixtureService();
const mute = createServer(() => {});

beforeAll(async () => {
  await service.listen();
  await new Promise<void>((resolve) => {
    mute.listen(0, "127.0.0.1", resolve);
  });
});

afterAll(async () => {
  await service.close();
  mute.close();
});

it.each([
  ["with a service whose stream stays open", () => [service.url]],
  ["with a service that never answers", () => [`http://127.0.0.1:${portOf(mute)}`]],
  ["with no service there", () => ["http://127.0.0.1:9"]],
  ["with the engine in the process", () => []],
])("a process that never closes the hook ends by itself %s", async (_, args) => {
  const startMs = performance.now();
  const { stdout, stderr } = await run(
    process.execPath,
    ["--import", here("source-condition.ts"), here("leave-open.ts"), ...args()],
    { timeout: 10_000 },
  );
  expect(stdout).toBe("done");
  expect(stderr).toBe("");
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
