import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView, SpanKind } from "@headway/core/signals";
import type { NezhaSpans } from "./nezha-data.ts";

/** Leaf spans of these names are a client's of a database: the data has no attributes that would say so. */
const DATABASE = /^(SELECT|INSERT|UPDATE|DELETE|sql\.)/;
/** Who calls the roots. */
const USERS = "users";
/** Row numbers from here on stand for the users' spans. */
const USERS_ROW = 1 << 24;

/**
 * The spans as an OpenTelemetry SDK would have told them. The data has times, parents and names only, so kinds are inferred:
 *
 *     server    a root, or a span whose parent is of another service
 *     client    a span with a child in another service: an attempt at `rpc:<service>`, of the child's operation
 *     database  a leaf named after a statement: an attempt at `db:<its own service>`, of that statement
 *     internal  every other: its time is its service's own.
 *
 * Nobody's span is above a root, so that its time would be no dependency's; the users are given one of the same times.
 */
export function viewsOf(spans: NezhaSpans): readonly FinishedSpanView[] {
  const roles = new Roles(spans);
  const views: FinishedSpanView[] = [];
  for (let row = 0; row < spans.parent.length; row += 1) {
    if (spans.parent[row] === -1) views.push(roles.usersView(row));
    views.push(roles.view(row));
  }
  return views;
}

type Bag = Readonly<Record<string, unknown>>;

class Roles {
  readonly #spans: NezhaSpans;
  /** By row: the child in another service, else −1. */
  readonly #callee: Int32Array;
  readonly #isLeaf: Uint8Array;
  readonly #rpc = new Map<string, Bag>();
  readonly #resources = new Map<string, Bag>();

  constructor(spans: NezhaSpans) {
    this.#spans = spans;
    const { parent, service } = spans;
    this.#callee = new Int32Array(parent.length).fill(-1);
    this.#isLeaf = new Uint8Array(parent.length).fill(1);
    for (const [row, above] of parent.entries()) {
      if (above < 0) continue;
      this.#isLeaf[above] = 0;
      if (service[above] !== service[row]) this.#callee[above] = row;
    }
  }

  view(row: number): FinishedSpanView {
    const kind = this.#kindOf(row);
    const above = this.#spans.parent[row] ?? -1;
    const parent = above < 0 ? USERS_ROW + row : above;
    return this.#make(row, row, parent, kind, this.#serviceOf(row), this.#attributesOf(row, kind));
  }

  usersView(root: number): FinishedSpanView {
    const attributes = this.#rpcTo(root);
    return this.#make(USERS_ROW + root, root, -1, SPAN_KIND.client, USERS, attributes);
  }

  #make(
    id: number,
    row: number,
    above: number,
    kind: SpanKind,
    service: string,
    attributes: Bag,
  ): FinishedSpanView {
    const { trace, startS, durationS } = this.#spans;
    return {
      traceId: idOf(trace[row] ?? 0, 32),
      spanId: idOf(id, 16),
      parentSpanId: above < 0 ? undefined : idOf(above, 16),
      kind,
      name: "",
      scope: "",
      attributes,
      resource: this.#resourceOf(service),
      failed: false,
      exceptionType: undefined,
      startMs: (startS[row] ?? 0) * 1_000,
      durationMs: (durationS[row] ?? 0) * 1_000,
    };
  }

  #kindOf(row: number): SpanKind {
    const { parent, service } = this.#spans;
    const above = parent[row] ?? -1;
    if (above < 0 || service[above] !== service[row]) return SPAN_KIND.server;
    return (this.#callee[row] ?? -1) >= 0 || this.#isDatabase(row)
      ? SPAN_KIND.client
      : SPAN_KIND.internal;
  }

  #isDatabase(row: number): boolean {
    return this.#isLeaf[row] === 1 && DATABASE.test(this.#operationOf(row));
  }

  #attributesOf(row: number, kind: SpanKind): Bag {
    if (kind !== SPAN_KIND.client) return NOTHING;
    const callee = this.#callee[row] ?? -1;
    if (callee >= 0) return this.#rpcTo(callee);
    return this.#bag(`db ${this.#serviceOf(row)} ${this.#operationOf(row)}`, () => ({
      "db.system": this.#serviceOf(row),
      "db.operation.name": this.#operationOf(row),
    }));
  }

  #rpcTo(row: number): Bag {
    const [service, method] = [this.#serviceOf(row), this.#operationOf(row)];
    return this.#bag(`rpc ${service} ${method}`, () => ({
      "rpc.system": "grpc",
      "rpc.service": service,
      "rpc.method": method,
    }));
  }

  #bag(key: string, make: () => Bag): Bag {
    let bag = this.#rpc.get(key);
    if (!bag) this.#rpc.set(key, (bag = make()));
    return bag;
  }

  #resourceOf(service: string): Bag {
    let bag = this.#resources.get(service);
    if (!bag)
      this.#resources.set(
        service,
        (bag = { "service.name": service, "service.instance.id": service }),
      );
    return bag;
  }

  #serviceOf(row: number): string {
    return this.#spans.services[this.#spans.service[row] ?? 0] ?? "unknown";
  }

  #operationOf(row: number): string {
    return this.#spans.operations[this.#spans.operation[row] ?? 0] ?? "unknown";
  }
}

const NOTHING: Bag = {};

function idOf(number: number, length: number): string {
  return (number + 1).toString(16).padStart(length, "0");
}
