import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Intensity, multiply, type Piece, valueAt } from "./intensity.ts";

describe("Intensity", () => {
  it.each([
    { fromMs: 0, amount: 5, due: 5 },
    { fromMs: 0, amount: 10, due: 10 },
    { fromMs: 5, amount: 11, due: 13 },
    { fromMs: 0, amount: 30, due: 20 },
    // The rate is 0 from 20 to 30; what is due just when it falls silent still comes.
    { fromMs: 0, amount: 31, due: 32 },
    { fromMs: 25, amount: 1, due: 32 },
  ])("has grown by $amount since $fromMs at $due", ({ fromMs, amount, due }) => {
    const intensity = new Intensity([
      { fromMs: 0, value: 1 },
      { fromMs: 10, value: 2 },
      { fromMs: 20, value: 0 },
      { fromMs: 30, value: 0.5 },
    ]);
    expect(intensity.after(fromMs, amount)).toBe(due);
  });

  it("never has grown where the rate stays 0", () => {
    const intensity = new Intensity([
      { fromMs: 0, value: 1 },
      { fromMs: 10, value: 0 },
    ]);
    expect(intensity.after(0, 11)).toBe(Infinity);
  });

  it("grows in many steps as in one", () => {
    const pieces = fc
      .array(
        fc.record({
          length: fc.integer({ min: 1, max: 50 }),
          value: fc.integer({ min: 0, max: 5 }),
        }),
        {
          minLength: 1,
          maxLength: 8,
        },
      )
      .map((steps) => {
        let fromMs = 0;
        return steps.map(({ length, value }): Piece => {
          const piece = { fromMs, value };
          fromMs += length;
          return piece;
        });
      });
    const amounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pieces, amounts, (pieces, amounts) => {
        const steps = new Intensity(pieces);
        const last = amounts.reduce((now, amount) => steps.after(now, amount), 0);
        const total = amounts.reduce((sum, amount) => sum + amount, 0);
        const whole = new Intensity(pieces).after(0, total);
        if (whole === Infinity) expect(last).toBe(Infinity);
        else expect(last).toBeCloseTo(whole, 6);
      }),
    );
  });

  it("multiplies piece by piece", () => {
    const product = multiply(
      [
        { fromMs: 0, value: 2 },
        { fromMs: 10, value: 3 },
      ],
      [
        { fromMs: 0, value: 1 },
        { fromMs: 5, value: 4 },
        { fromMs: 20, value: 1 },
      ],
    );
    expect([0, 4, 5, 9, 10, 19, 20, 99].map((ms) => valueAt(product, ms))).toEqual([
      2, 2, 8, 8, 12, 12, 3, 3,
    ]);
  });
});
