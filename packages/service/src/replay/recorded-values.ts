import { Type } from "typebox";
import { Value } from "typebox/value";
import type { Consult, EngineRecord, Override } from "@headway/core";

/** What a recording has as JSON: checked as it comes back, since anybody may have been at the file. */

const Priority = Type.Union([1, 2, 3, 4, 5].map((priority) => Type.Literal(priority)));

const ConsultSchema = Type.Object({
  dependency: Type.String(),
  priority: Type.Optional(Priority),
  agent: Type.Optional(Type.String()),
  workflow: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.Number()),
  deadlineMs: Type.Optional(Type.Number()),
});

const OverrideSchema = Type.Object({
  dependency: Type.String(),
  action: Type.Union([Type.Literal("hold"), Type.Literal("proceed"), Type.Literal("limit")]),
  shape: Type.Optional(Type.Object({})),
  priority: Type.Object({ from: Priority, to: Priority }),
  untilMs: Type.Number(),
  why: Type.String(),
  by: Type.String(),
});

const RecordsSchema = Type.Array(Type.Object({ key: Type.String(), value: Type.Unknown() }));

export function isConsult(value: unknown): value is Consult {
  return Value.Check(ConsultSchema, value);
}

export function isOverride(value: unknown): value is Override {
  return Value.Check(OverrideSchema, value);
}

export function isRecords(value: unknown): value is readonly EngineRecord[] {
  return Value.Check(RecordsSchema, value);
}
