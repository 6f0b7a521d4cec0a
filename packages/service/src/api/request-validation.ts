import { distance } from "fastest-levenshtein";
import type { FastifySchemaCompiler } from "fastify";
import { Compile } from "typebox/compile";
import type { TSchema } from "typebox";
import { ProblemError } from "../problem.ts";

type SchemaError = ReturnType<ReturnType<typeof Compile>["Errors"]>[number];

/**
 * Checks a request against its route's schema. What is wrong is said by field and rule, never by value: a body is
 * content, and so is the name of a field that we do not know.
 */
export const compileRequestSchema: FastifySchemaCompiler<TSchema> = ({
  schema,
  httpPart = "body",
}) => {
  const compiled = Compile(schema);
  return (value: unknown) => {
    const typed = httpPart === "body" ? value : withNumbers(value, propertiesOf(schema));
    if (compiled.Check(typed)) return { value: typed };
    return {
      error: new ProblemError(
        "ERR_REQUEST_INVALID",
        describe(compiled.Errors(typed), schema, httpPart),
      ),
    };
  };
};

const NUMBER = /^-?\d+(\.\d+)?$/;

/** All that comes in a URL or a header is text. Text that is no number stays text, and is refused as such. */
function withNumbers(value: unknown, properties: Record<string, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, text]: [string, unknown]) => {
    const isNumber = typeof text === "string" && NUMBER.test(text) && isNumeric(properties[name]);
    return [name, isNumber ? Number(text) : text];
  });
  return Object.fromEntries(fields);
}

function isNumeric(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null || !("type" in schema)) return false;
  return schema.type === "integer" || schema.type === "number";
}

function describe(errors: readonly SchemaError[], schema: TSchema, httpPart: string): string {
  const error = errors.find(({ keyword }) => keyword === "additionalProperties") ?? errors[0];
  if (error === undefined) return `${httpPart} must match its schema.`;
  const field = `${httpPart}${error.instancePath.replaceAll("/", ".")}`;
  if (error.keyword === "additionalProperties") return describeUnknown(error, field, schema);
  return `${field} ${error.message}.`;
}

function describeUnknown(error: SchemaError, field: string, schema: TSchema): string {
  const unknown =
    error.keyword === "additionalProperties" ? error.params.additionalProperties[0] : undefined;
  const known = knownFields(schema, error.instancePath);
  const nearest = known.toSorted(
    (a, b) => distance(a, unknown ?? "") - distance(b, unknown ?? ""),
  )[0];
  return `${field} must have known fields only, got one whose nearest known name is "${nearest ?? ""}".`;
}

function knownFields(schema: TSchema, instancePath: string): string[] {
  let node: unknown = schema;
  for (const name of instancePath.split("/").slice(1)) node = propertiesOf(node)[name];
  return Object.keys(propertiesOf(node));
}

function propertiesOf(node: unknown): Record<string, unknown> {
  if (typeof node !== "object" || node === null || !("properties" in node)) return {};
  const { properties } = node;
  return typeof properties === "object" && properties !== null ? { ...properties } : {};
}
