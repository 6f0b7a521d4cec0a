import { POLICY_DEFAULT } from "@headway/core";
import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { CONFIG_DEFAULT } from "./config/config.ts";
import { createCoordinator } from "./coordination.ts";
import { LOG_SILENT } from "./log.ts";
import type { Coordinator } from "./runtime/coordinator.ts";
import { MemoryStore } from "./store/memory-store.ts";

function coordinatorOf(
  limits: Partial<typeof CONFIG_DEFAULT.limits> = {},
  store = new MemoryStore(),
): Coordinator {
  return createCoordinator({
    config: {
      ...CONFIG_DEFAULT,
      settleMs: 0,
      dataDir: null,
      limits: { ...CONFIG_DEFAULT.limits, ...limits },
    },
    policyOf: () => POLICY_DEFAULT,
    store,
    log: LOG_SILENT,
  });
}

function toolSpan(number: number, names: { tool: string; agent: string }): FinishedSpanView {
  return {
    traceId: number.toString(16).padStart(32, "0"),
    spanId: number.toString(16).padStart(16, "0"),
    parentSpanId: undefined,
    kind: SPAN_KIND.client,
    name: "execute_tool",
    scope: "agents",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": names.tool,
      "gen_ai.agent.name": names.agent,
    },
    resource: { "service.instance.id": "python-1" },
    failed: false,
    exceptionType: undefined,
    startMs: 1_000,
    durationMs: 50,
  };
}

function known(coordinator: Coordinator, spans: readonly FinishedSpanView[]) {
  coordinator.ingestSpans("default", spans);
  coordinator.tick();
  return coordinator.tenant("default").engine.dependencies();
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe("the service's coordinator", () => {
  it("derives as many dependencies from OTLP as the service watches, not as one process reports", () => {
    const spans = numbers(1_500).map((n) => toolSpan(n, { tool: `t${n}`, agent: "a" }));
    expect(known(coordinatorOf(), spans)).toHaveLength(1_500);
    expect(known(coordinatorOf({ dependenciesMax: 10 }), spans)).toHaveLength(10);
  });

  it("tells as many agents of a dependency apart as it is configured to", () => {
    const spans = numbers(500).map((n) => toolSpan(n, { tool: "t", agent: `a${n}` }));
    expect(known(coordinatorOf(), spans)[0]?.signals.agents).toBe(500);
    const agents = known(coordinatorOf({ agentsPerDependencyMax: 10 }), spans)[0]?.signals.agents;
    expect(agents).toBeLessThanOrEqual(11);
  });

  it("lets no override live longer than it is configured to", () => {
    const { engine } = coordinatorOf({ holdMsMax: 5_000 }).tenant("default");
    const asked = { dependency: "tool:a", action: "hold", priority: { from: 1, to: 5 } } as const;
    const override = engine.override({ ...asked, untilMs: 60_000, why: "w", by: "b" }, 1_000);
    expect(override.untilMs).toBe(6_000);
  });

  it("has written every dependency when it is closed, also those whose turn had not come", async () => {
    const store = new MemoryStore();
    const coordinator = coordinatorOf({}, store);
    known(
      coordinator,
      numbers(1_500).map((n) => toolSpan(n, { tool: `t${n}`, agent: "a" })),
    );
    await coordinator.close();
    const keys = (await store.load("default")).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith("dep:tool:t"))).toHaveLength(1_500);
  });

  it("begins above every version that a service before it can have told", () => {
    const before = Date.now();
    expect(coordinatorOf().tenant("default").engine.version).toBeGreaterThan(before - 1_000);
  });
});
