import { readFileSync } from "node:fs";
import type { Decision } from "@headway/core";
import { OUTCOMES, SIGNALS } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import {
  referredAttributes,
  registeredAttributes,
  registeredMetrics,
  SIGNALS_PAGE,
  withSignalTable,
} from "../scripts/signal-registry.ts";

const INSTRUMENTS = { sum: "counter", gauge: "gauge", histogram: "histogram" } as const;

/** Complete by the compiler: an action that is added to decisions has to be added here. */
const ACTIONS = {
  proceed: true,
  shape: true,
  defer: true,
  hold: true,
  shed: true,
} satisfies Record<Decision["action"], true>;

describe("the registry of signals", () => {
  it("has the code's signals, each as the code has it, and no other", () => {
    const inCode = Object.entries(SIGNALS).map(([name, spec]) => ({
      metric_name: name,
      instrument: INSTRUMENTS[spec.type],
      unit: spec.unit,
      brief: spec.description,
      attributes: spec.attributes.map((attribute) => `headway.${attribute}`),
    }));
    const registered = registeredMetrics().map(
      ({ metric_name, instrument, unit, brief, attributes }) => ({
        metric_name,
        instrument,
        unit,
        brief,
        attributes: attributes.map(({ ref }) => ref),
      }),
    );
    expect(registered).toEqual(inCode);
  });

  it("defines each attribute that is used, once, and none that is not", () => {
    const defined = registeredAttributes().map(({ id }) => id);
    expect(new Set(defined).size).toBe(defined.length);
    expect(new Set(defined)).toEqual(referredAttributes());
  });

  it("knows every outcome and every action", () => {
    const valuesOf = (id: string): readonly string[] => {
      const type = registeredAttributes().find((attribute) => attribute.id === id)?.type;
      return typeof type === "object" ? type.members.map(({ value }) => value) : [];
    };
    expect(valuesOf("headway.outcome")).toEqual(OUTCOMES);
    expect(valuesOf("headway.action")).toEqual(Object.keys(ACTIONS));
  });

  it("is what the page shows: `npm run signals` changes nothing", () => {
    const page = readFileSync(SIGNALS_PAGE, "utf8");
    expect(page).toContain("`headway.attempt.duration`");
    expect(withSignalTable(page)).toBe(page);
    expect(withSignalTable(page.replace("| `headway.transition`", "| `headway.other`"))).toBe(page);
  });
});
