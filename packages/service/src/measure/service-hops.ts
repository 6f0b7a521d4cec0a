import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";

/** With one of these a span says itself what it calls. */
const TELLING = [
  "gen_ai.operation.name",
  "openinference.span.kind",
  "traceloop.span.kind",
  "http.request.method",
  "http.method",
  "rpc.system",
  "rpc.system.name",
  "db.system",
  "db.system.name",
  "messaging.operation.type",
  "messaging.operation",
  "mcp.method.name",
];

export type SpansById = ReadonlyMap<string, FinishedSpanView>;

/** Marks the span that is put in between: no tracer makes ids like it. */
const SUFFIX = "~hop";

/**
 * Plain traces name services and parents and nothing else. Where a span's parent is of another service, and neither says what was
 * called, one service has called the other: an attempt at `rpc:<service>` of the same times is put between the two, and the span is
 * what its server did. What it is told from is a guess, if a good one: `hops` says how many there are.
 */
export class ServiceHops {
  hops = 0;
  readonly #attributes = new Map<string, Readonly<Record<string, string>>>();

  /** Gives the spans back, with those put in between. Their parents are looked for among them. */
  bridge(spans: readonly FinishedSpanView[], byId: SpansById): readonly FinishedSpanView[] {
    const parentOf = ({ parentSpanId }: FinishedSpanView): FinishedSpanView | undefined =>
      parentSpanId === undefined ? undefined : byId.get(parentSpanId);
    if (!spans.some((span) => isHop(span, parentOf(span)))) return spans;
    return spans.flatMap((span) => {
      const parent = parentOf(span);
      return parent !== undefined && isHop(span, parent) ? this.#between(span, parent) : span;
    });
  }

  #between(span: FinishedSpanView, parent: FinishedSpanView): FinishedSpanView[] {
    this.hops += 1;
    const spanId = span.spanId + SUFFIX;
    const client: FinishedSpanView = {
      ...span,
      spanId,
      kind: SPAN_KIND.client,
      name: "",
      scope: "",
      resource: parent.resource,
      attributes: this.#attributesOf(serviceOf(span)),
    };
    return [client, { ...span, parentSpanId: spanId, kind: SPAN_KIND.server }];
  }

  #attributesOf(service: string): Readonly<Record<string, string>> {
    let attributes = this.#attributes.get(service);
    if (attributes === undefined) {
      attributes = { "rpc.system": "service", "rpc.service": service };
      if (this.#attributes.size < SERVICES_MAX) this.#attributes.set(service, attributes);
    }
    return attributes;
  }
}

const SERVICES_MAX = 10_000;

function isHop(span: FinishedSpanView, parent: FinishedSpanView | undefined): boolean {
  // Most spans are of their parent's service, and share its resource.
  if (parent === undefined || span.resource === parent.resource) return false;
  const [below, above] = [serviceOf(span), serviceOf(parent)];
  if (below === above || below === "" || above === "") return false;
  return span.traceId === parent.traceId && isPlain(span) && !isTelling(parent);
}

/** It says nothing of a call of its own: it may be the server's side of one. */
function isPlain(span: FinishedSpanView): boolean {
  if (span.parentSpanId === undefined) return false;
  if (span.kind === SPAN_KIND.server) return true;
  return span.kind === SPAN_KIND.internal && !isTelling(span);
}

function isTelling({ attributes }: FinishedSpanView): boolean {
  return TELLING.some((key) => attributes[key] !== undefined);
}

function serviceOf({ resource }: FinishedSpanView): string {
  const name = resource["service.name"];
  return typeof name === "string" ? name : "";
}
