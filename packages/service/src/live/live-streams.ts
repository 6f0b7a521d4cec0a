import { commentFrame } from "../api/stream-client.ts";
import type { Coordinator } from "../runtime/coordinator.ts";
import type { Tenant } from "../runtime/tenant.ts";
import { LivePicture } from "./live-picture.ts";
import { LiveRecords } from "./live-records.ts";
import { LiveStream } from "./live-stream.ts";

export interface LiveStreamsOptions {
  readonly coordinator: Coordinator;
  /** Instances of a tenant with a stream of decisions. */
  readonly streaming: (tenant: Tenant) => ReadonlySet<string>;
  readonly heartbeatMs: number;
}

export interface LiveFeed {
  readonly records: LiveRecords;
  readonly stream: LiveStream;
}

/** The live views of all tenants. Their records begin with their tenant, so that they have something to show. */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #feeds = new Map<Tenant, LiveFeed>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
    options.coordinator.onTenant((tenant) => this.of(tenant));
    const frame = commentFrame(`${options.heartbeatMs / 1_000}s`);
    this.#heartbeat = setInterval(() => {
      for (const { stream } of this.#feeds.values())
        for (const client of stream.clients) client.beat(frame);
    }, options.heartbeatMs);
    this.#heartbeat.unref();
  }

  of(tenant: Tenant): LiveFeed {
    const known = this.#feeds.get(tenant);
    if (known !== undefined) return known;
    const { coordinator, streaming } = this.#options;
    const records = new LiveRecords(tenant, coordinator.now());
    void records.seed(coordinator.store);
    const picture = new LivePicture({ tenant, records, streaming: () => streaming(tenant) });
    const feed = { records, stream: new LiveStream({ tenant, picture }) };
    this.#feeds.set(tenant, feed);
    return feed;
  }

  /** Clients of all tenants together. */
  get clients(): number {
    let count = 0;
    for (const { stream } of this.#feeds.values()) count += stream.clients.size;
    return count;
  }

  /** Ends every stream, so that the server can close. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const { stream } of this.#feeds.values())
      for (const client of stream.clients) client.end();
  }
}
