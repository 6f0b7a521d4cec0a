import { AttributeValues } from "./attribute-values.ts";
import { ByteKeys } from "./byte-keys.ts";
import { attributeFromJson } from "./json-attributes.ts";
import type { JsonCursor } from "./json-cursor.ts";
import { Malformed } from "./malformed.ts";

export interface Envelope {
  /** `resourceSpans` or `resourceMetrics`. */
  readonly request: ByteKeys;
  /** `scopeSpans` or `scopeMetrics`. */
  readonly scopes: ByteKeys;
  readonly resourceAttributes: ByteKeys;
}

export interface EnvelopeVisitor {
  /** The cursor stands at one scope. The resource may be empty until its end: keys may stand in any order. */
  scope(resource: AttributeValues): void;
  resourceEnd?(resource: AttributeValues): void;
}

const RESOURCE = new ByteKeys(["resource"]);
const ATTRIBUTES = new ByteKeys(["attributes"]);

/** Walks what the requests of all signals share: `{ resourceX: [{ resource: { attributes }, scopeX: [ … ] }] }`. */
export function walkEnvelope(
  cursor: JsonCursor,
  envelope: Envelope,
  visitor: EnvelopeVisitor,
): void {
  // `null` is a field left out, and the whole is no field.
  if (!cursor.openObject()) throw new Malformed("body must be JSON, with an object at its top");
  while (cursor.nextKey()) {
    if (cursor.key(envelope.request) === undefined) cursor.skip();
    else cursor.each(() => walkResource(cursor, envelope, visitor));
  }
  cursor.finish();
}

function walkResource(cursor: JsonCursor, envelope: Envelope, visitor: EnvelopeVisitor): void {
  const resource = new AttributeValues();
  if (!cursor.openObject()) return;
  while (cursor.nextKey()) {
    if (cursor.key(RESOURCE) !== undefined)
      readResource(cursor, resource, envelope.resourceAttributes);
    else if (cursor.key(envelope.scopes) !== undefined) cursor.each(() => visitor.scope(resource));
    else cursor.skip();
  }
  visitor.resourceEnd?.(resource);
}

function readResource(cursor: JsonCursor, resource: AttributeValues, attributes: ByteKeys): void {
  if (!cursor.openObject()) return;
  while (cursor.nextKey()) {
    if (cursor.key(ATTRIBUTES) === undefined) cursor.skip();
    else cursor.each(() => attributeFromJson(cursor, resource, attributes));
  }
}
