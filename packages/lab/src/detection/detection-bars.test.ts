import { rmSync } from "node:fs";
import { join } from "node:path";
import { mkdirSync, renameSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { detect } from "./detect.ts";
import { makeNezhaFolder } from "./fixtures/nezha-folder.ts";

it("each bar of what a folder holds is met or not by what was measured", async () => {
  const dir = mkdtempSync(join(tmpdir(), "bars-"));
  const made = makeNezhaFolder([
    { id: 1, type: "network_delay", service: "till", networkS: 0.3 },
    { id: 2, type: "cpu_contention", service: "stock", workS: 0.000_1 },
    { id: 3, type: "return", service: "shop", isCut: true },
  ]);
  mkdirSync(dir, { recursive: true });
  renameSync(made, join(dir, "nezha"));
  const { bars } = await detect(dir, { parts: ["spans", "minutes"], withCurves: false });
  rmSync(dir, { recursive: true });
  const met = Object.fromEntries(bars.map(({ name, isMet }) => [name, isMet]));
  expect(met).toEqual({
    "OnlineBoutique 2024-05-06: network and processor faults, named": false,
    "OnlineBoutique 2024-05-06: network and processor faults, median delay": false,
    "OnlineBoutique 2024-05-06: return faults, named": true,
    "OnlineBoutique 2024-05-06: false episodes over the fleet": true,
    "minute series 2024-05-06: network and processor faults, named": false,
    "minute series 2024-05-06: median delay": false,
    "minute series 2024-05-06: false episodes": true,
  });
  expect(bars[0]?.measured).toBe("1 of 2 (0.01 to 0.99)");
});
