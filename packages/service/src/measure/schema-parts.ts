import { Type } from "typebox";
import type { TSchema } from "typebox";

/** Words that every part of the measurement is made of. */

export function nullable<Schema extends TSchema>(
  schema: Schema,
): ReturnType<typeof Type.Union<[Schema, ReturnType<typeof Type.Null>]>> {
  return Type.Union([schema, Type.Null()]);
}

export const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const Amount = (description: string) => Type.Number({ description });

export const AtMs = (description: string) =>
  Type.Number({
    description: `${description} Unix time in milliseconds, by the spans' own clock.`,
  });

export const Share = (description: string) =>
  Type.Number({ minimum: 0, maximum: 1, description: `${description} 0 to 1.` });

export const Name = (description: string) => Type.String({ description });

export const Certainty = Type.Union([Type.Literal("confirmed"), Type.Literal("likely")], {
  description:
    "confirmed: counted from what the spans say themselves. likely: concluded by a rule that may be wrong in single cases.",
});

export const MoneyFigure = Type.Object(
  {
    amount: nullable(Amount("In `cost.currency`; null where it is unpriced.")),
    certainty: Type.Union(
      [Type.Literal("confirmed"), Type.Literal("likely"), Type.Literal("unpriced")],
      {
        description:
          "confirmed: the price file prices all of it. likely: it prices a part, or the thing itself is only likely. unpriced: it prices none of it.",
      },
    ),
  },
  { description: "Money. Without a price file all of it is unpriced, and nothing is guessed." },
);

/** Of what was answered (ok) or waited for in vain (timeout, cancelled); what was turned away at once says nothing of waiting. Read from base-2 exponential histograms: quantiles are within 1.1 % of the true value, the rest is exact. `null` where nothing was measured. */
export const Latency = nullable(
  Type.Object({
    count: Count("Durations measured."),
    meanMs: Amount("Milliseconds."),
    p50Ms: Amount("Milliseconds."),
    p95Ms: Amount("Milliseconds."),
    p99Ms: Amount("Milliseconds."),
    maxMs: Amount("Milliseconds."),
  }),
);

export const Outcomes = Type.Object(
  {
    ok: Count("Ended well."),
    error: Count("Failed."),
    throttled: Count("Turned away by a limit (429 and its like)."),
    timeout: Count("Took longer than the caller waited."),
    cancelled: Count("Given up by the caller."),
    refused: Count("Refused by Headway itself; no attempt of the dependency."),
  },
  { description: "Attempts by how they ended." },
);

/** What something cost. */
export const Cost = Type.Object({
  agentSeconds: Amount(
    "Seconds that agents spent in it or waiting for it. What ran side by side counts each by itself.",
  ),
  serverSeconds: Amount("Seconds that servers worked, where that is known besides; else 0."),
  attempts: Count("Attempts."),
  tokensIn: Count("Tokens that models were given, where spans say so."),
  tokensOut: Count("Tokens that models gave, where spans say so."),
  money: MoneyFigure,
});

export const Retries = Type.Object({
  all: Count("Attempts that repeat one that failed. `lone` + `correlated`."),
  lone: Count("Retries that came by themselves."),
  correlated: Count("Retries that came in a burst: see `bursts`."),
  gapP50Ms: nullable(Amount("Median time from a failure to its retry, milliseconds.")),
  certainty: Certainty,
});
