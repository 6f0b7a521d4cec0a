import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeNezhaFolder } from "./fixtures/nezha-folder.ts";
import { NezhaData } from "./nezha-data.ts";
import { hearingOf, playDay } from "./nezha-play.ts";
import { countFalse } from "./protocol.ts";
import type { SpanWatch } from "./span-watch.ts";

/** Names the till 80, 45 and 10 seconds before each onset. */
const WATCH: SpanWatch = {
  observe: ({ endS }) =>
    [-80, -45, -10].includes(endS)
      ? [{ atS: endS, stream: "self", service: "till", edges: [] }]
      : [],
  fork: () => WATCH,
};

it("what is said of a service while its own fault is on is that fault's, and that time is not counted", () => {
  const dir = makeNezhaFolder([{ id: 1, type: "network_delay", service: "shop" }]);
  const path = join(dir, "faults.json");
  const [fault] = JSON.parse(readFileSync(path, "utf8"));
  // On from 250 to 50 seconds before the other: of the 89 seconds that are heard, 50 are left.
  const earlier = { ...fault, id: 2, service: "till", t0: fault.t0 - 250, t0_raw: fault.t0 - 250 };
  writeFileSync(path, JSON.stringify([earlier, fault]));
  const data = NezhaData.open(dir)!;
  const hearing = hearingOf(WATCH);
  playDay(data, data.files, [hearing]);
  rmSync(dir, { recursive: true });
  const { hours, episodes, ofFaults } = countFalse(hearing.quiet, 20);
  expect({ seconds: hours * 3_600, episodes, ofFaults }).toEqual({
    seconds: 50,
    episodes: 2,
    ofFaults: 1,
  });
});
