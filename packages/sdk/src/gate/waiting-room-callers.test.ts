import { describe, expect, it } from "vitest";
import { decision, lease, shape } from "../fixtures/decisions.ts";
import { settle } from "../fixtures/manual-clock.ts";
import { Scene } from "../fixtures/waiting-scene.ts";

describe("of two that wait", () => {
  it.each([
    ["agent", { agent: "b" }, { agent: "b" }],
    ["priority", { priority: { from: 4, to: 5 } as const }, { agent: "a", priority: 4 as const }],
  ])(
    "the lease keeps one, and not the other whose %s an override exempts",
    async (_, scope, exempt) => {
      const scene = new Scene().told([shape()], lease({ amount: 0 }));
      void scene.enqueue("kept", { agent: "a" });
      void scene.enqueue("exempt", exempt);
      const proceed = decision({ id: "dec_2", action: "proceed" });
      const reason = { ...proceed.reason, code: "override" };
      const told = { ...proceed, reason, scope: { ...proceed.scope, ...scope } };
      scene.told([shape(), told], lease({ amount: 0 }));
      await settle();
      expect(scene.left).toEqual(["exempt"]);
    },
  );
});
