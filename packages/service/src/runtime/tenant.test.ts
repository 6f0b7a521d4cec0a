import { Engine, POLICY_DEFAULT } from "@headway/core";
import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { START_MS } from "../api/fixtures/samples.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { Coordinator } from "./coordinator.ts";

function spanOf(number: number, attributes: Record<string, unknown>): FinishedSpanView {
  return {
    traceId: number.toString(16).padStart(32, "0"),
    spanId: number.toString(16).padStart(16, "0"),
    parentSpanId: undefined,
    kind: SPAN_KIND.client,
    name: "execute_tool lookup",
    scope: "agents",
    attributes,
    resource: { "service.instance.id": "python-1" },
    failed: false,
    exceptionType: undefined,
    startMs: 1_000 + number,
    durationMs: 50,
  };
}

function create() {
  const clock = { nowMs: START_MS };
  const coordinator = new Coordinator({
    config: { tickMs: 1_000, otlpSettleMs: 1_500 },
    policy: POLICY_DEFAULT,
    store: new MemoryStore(),
    now: () => clock.nowMs,
    random: () => 0.5,
    createEngine: (options) => new Engine(options),
  });
  const tick = (): void => {
    clock.nowMs += 1_000;
    coordinator.tick();
  };
  return { coordinator, tick };
}

const tool = {
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": "lookup",
  "gen_ai.agent.name": "kyc",
};

describe("spans of OTLP traces", () => {
  it("become attempts of their dependency once their trace had time to settle", () => {
    const { coordinator, tick } = create();
    coordinator.ingestSpans("t", [spanOf(1, tool), spanOf(2, tool), spanOf(3, tool)]);
    const { engine } = coordinator.tenant("t");
    tick();
    expect(engine.dependencies()).toEqual([]);
    tick();
    tick();
    expect(engine.dependency("tool:lookup")?.signals.totals).toEqual({
      calls: 3,
      attempts: 3,
      retries: 0,
    });
    expect(coordinator.stats()).toMatchObject({ spans: 3, dependencies: 1 });
  });

  it("follow the policy's identity rules, also those that come later", () => {
    const { coordinator, tick } = create();
    const identities = [{ when: { "gen_ai.tool.name": "lookup" }, dependency: "tool:idp" }];
    coordinator.ingestSpans("t", [spanOf(1, tool)]);
    coordinator.setPolicy({ ...POLICY_DEFAULT, identities });
    for (let second = 0; second < 3; second += 1) tick();
    coordinator.ingestSpans("u", [spanOf(1, tool)]);
    for (let second = 0; second < 3; second += 1) tick();
    for (const tenant of ["t", "u"]) {
      expect(
        coordinator
          .tenant(tenant)
          .engine.dependencies()
          .map(({ id }) => id),
      ).toEqual(["tool:idp"]);
    }
  });

  it("are one tenant's own", () => {
    const { coordinator, tick } = create();
    coordinator.ingestSpans("t", [spanOf(1, tool)]);
    coordinator.tenant("u");
    for (let second = 0; second < 3; second += 1) tick();
    expect(coordinator.tenant("u").engine.dependencies()).toEqual([]);
  });
});
