import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView, SpanKind } from "@headway/core/signals";
import type { NezhaSpans } from "./nezha-data.ts";

/** Leaf spans of these names are a client's of a database: the data has no attributes that would say so. */
const DATABASE = /^(SELECT|INSERT|UPDATE|DELETE|sql\.)/;
/** Who calls the roots. */
const USERS = "users";
/** Row numbers from here on stand for the users' spans. */
const USERS_ROW = 1 << 24;

export interface ViewOptions {
  /** Without servers' spans an attempt is the client's alone: what its server does itself is then part of it. */
  readonly withServers: boolean;
}

/**
 * The spans as an OpenTelemetry SDK would have told them. The data has times, parents and names only, so kinds are inferred:
 *
 *     server    a root, or a span whose parent is of another service
 *     client    a span with a child in another service: an attempt at `rpc:<service>/<operation>@<caller>`
 *     database  a leaf named after a statement: an attempt at `db:<its own service>/<statement>`
 *     internal  every other. Left out: its time is its service's own, its children hang below what is above it.
 *
 * Nobody's span is above a root, so that its time would be no dependency's; the users are given one of the same times.
 */
export function viewsOf(spans: NezhaSpans, options: ViewOptions): readonly FinishedSpanView[] {
  const roles = new Roles(spans, options);
  const views: FinishedSpanView[] = [];
  for (let row = 0; row < spans.parent.length; row += 1) {
    if (spans.parent[row] === -1) views.push(roles.usersView(row));
    const view = roles.view(row);
    if (view) views.push(view);
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
  readonly #withServers: boolean;

  constructor(spans: NezhaSpans, { withServers }: ViewOptions) {
    this.#spans = spans;
    this.#withServers = withServers;
    const { parent, service } = spans;
    this.#callee = new Int32Array(parent.length).fill(-1);
    this.#isLeaf = new Uint8Array(parent.length).fill(1);
    for (const [row, above] of parent.entries()) {
      if (above < 0) continue;
      this.#isLeaf[above] = 0;
      if (service[above] !== service[row]) this.#callee[above] = row;
    }
  }

  view(row: number): FinishedSpanView | undefined {
    const kind = this.#kindOf(row);
    if (kind === undefined || (kind === SPAN_KIND.server && !this.#withServers)) return undefined;
    return this.#make(
      row,
      row,
      this.#aboveOf(row),
      kind,
      this.#serviceOf(row),
      this.#attributesOf(row, kind),
    );
  }

  usersView(root: number): FinishedSpanView {
    const attributes = this.#rpcTo(root, USERS);
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

  #kindOf(row: number): SpanKind | undefined {
    const { parent, service } = this.#spans;
    const above = parent[row] ?? -1;
    if (above < 0 || service[above] !== service[row]) return SPAN_KIND.server;
    return (this.#callee[row] ?? -1) >= 0 || this.#isDatabase(row) ? SPAN_KIND.client : undefined;
  }

  #isDatabase(row: number): boolean {
    return this.#isLeaf[row] === 1 && DATABASE.test(this.#operationOf(row));
  }

  /** The nearest span above that is told; a root's is its users'. */
  #aboveOf(row: number): number {
    for (let below = row; ;) {
      const above = this.#spans.parent[below] ?? -1;
      if (above < 0) return USERS_ROW + below;
      const kind = this.#kindOf(above);
      if (kind === SPAN_KIND.client || (kind === SPAN_KIND.server && this.#withServers))
        return above;
      below = above;
    }
  }

  #attributesOf(row: number, kind: SpanKind): Bag {
    if (kind === SPAN_KIND.server) return NOTHING;
    const callee = this.#callee[row] ?? -1;
    if (callee >= 0) return this.#rpcTo(callee, this.#serviceOf(row));
    return this.#bag(`db ${this.#serviceOf(row)} ${this.#operationOf(row)}`, () => ({
      "db.system": this.#serviceOf(row),
      "db.namespace": this.#operationOf(row),
    }));
  }

  #rpcTo(row: number, caller: string): Bag {
    const name = `${this.#serviceOf(row)}/${this.#operationOf(row)}@${caller}`;
    return this.#bag(name, () =>
      this.#withServers
        ? { "rpc.system": "grpc", "rpc.service": name }
        : { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name },
    );
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
