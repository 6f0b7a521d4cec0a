// Builds the Collector that test/collector.test.ts runs, from its Go modules. Takes Go 1.25 or newer, some minutes and a gigabyte.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.159.0";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, "node_modules/.cache/headway");
mkdirSync(cache, { recursive: true });
const run = (program, words, env = {}) =>
  execFileSync(program, words, {
    cwd: join(root, "deploy/collector"),
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
run("go", ["install", BUILDER], { GOBIN: cache });
run(join(cache, "builder"), ["--config", "builder.yaml"]);
console.log("\nNow: npx vitest run --project system test/collector.test.ts");
