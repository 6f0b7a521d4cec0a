import { readFileSync } from "node:fs";
import { HeadwayError } from "@headway/core";
import { Type } from "typebox";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";

const FAULT = Type.Object({
  id: Type.Integer(),
  day: Type.String(),
  system: Type.String(),
  t0: Type.Number(),
  t0_raw: Type.Number(),
  label_quality: Type.String(),
  type: Type.String(),
  service: Type.String(),
});
const FILE = Type.Object({
  file: Type.String(),
  system: Type.String(),
  day: Type.String(),
  t0: Type.Number(),
  fault_id: Type.Union([Type.Integer(), Type.Null()]),
  windows_rel_s: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), { minItems: 1 }),
});
const NAMES = Type.Object({
  services: Type.Array(Type.String()),
  ops: Type.Array(Type.String()),
});

export const FAULTS = Type.Array(FAULT);
export const INDEX = Type.Array(FILE);
export const DICTIONARY = Type.Record(Type.String(), NAMES);

export type FaultRow = Static<typeof FAULT>;
export type IndexRow = Static<typeof FILE>;
export type Dictionary = Static<typeof DICTIONARY>;

/** A JSON file that must have this shape; what it has beyond is not looked at. */
export function readTable<Schema extends TSchema>(path: string, schema: Schema): Static<Schema> {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (Value.Check(schema, value)) return value;
  const [error] = Value.Errors(schema, value);
  throw new HeadwayError(
    "ERR_CONFIG_FILE",
    `${path} must have the shape that its folder's files have, got ${error?.message ?? "another"} at ${error?.instancePath ?? "/"}`,
  );
}
