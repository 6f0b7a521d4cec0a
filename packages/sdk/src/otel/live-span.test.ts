import { describe, expect, it } from "vitest";
import { LiveSpan } from "./live-span.ts";

const SPAN = {
  name: "n",
  kind: 9,
  attributes: {},
  resource: { attributes: {} },
  status: { code: 0 },
  events: [],
  spanContext: () => ({ traceId: "t", spanId: "s" }),
};

describe("LiveSpan", () => {
  it("has no duration before the end, and the span's own after it", () => {
    expect(new LiveSpan({ ...SPAN, duration: [-1, -1] }).durationMs).toBeUndefined();
    expect(new LiveSpan({ ...SPAN, duration: [2, 500_000] }).durationMs).toBe(2000.5);
  });

  it("takes the scope's name from either form, and an unknown kind for internal", () => {
    const duration = [0, 0] as const;
    const old = new LiveSpan({ ...SPAN, duration, instrumentationLibrary: { name: "old" } });
    const now = new LiveSpan({ ...SPAN, duration, instrumentationScope: { name: "now" } });
    expect([old.scope, now.scope, new LiveSpan({ ...SPAN, duration }).scope, now.kind]).toEqual([
      "old",
      "now",
      "",
      0,
    ]);
  });
});
