import type { Tenant } from "../runtime/tenant.ts";
import type { ApiTuning } from "./api-context.ts";
import { DecisionDocument } from "./decision-document.ts";
import { DecisionStream } from "./decision-stream.ts";
import { commentFrame } from "./stream-client.ts";

interface TenantFeed {
  readonly document: DecisionDocument;
  readonly stream: DecisionStream;
}

/** The documents and streams of all tenants, made as they are asked for, with one heartbeat for all. */
export class DecisionStreams {
  readonly #tuning: ApiTuning;
  readonly #feeds = new Map<Tenant, TenantFeed>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(tuning: ApiTuning) {
    this.#tuning = tuning;
  }

  of(tenant: Tenant): TenantFeed {
    const known = this.#feeds.get(tenant);
    if (known !== undefined) return known;
    const document = new DecisionDocument(tenant);
    const stream = new DecisionStream({
      tenant,
      document,
      resumableMax: this.#tuning.resumableChangesMax,
    });
    const feed = { document, stream };
    this.#feeds.set(tenant, feed);
    return feed;
  }

  /** Those with a stream. */
  instancesOf(tenant: Tenant): ReadonlySet<string> {
    const clients = this.#feeds.get(tenant)?.stream.clients ?? [];
    return new Set([...clients].map(({ instance }) => instance));
  }

  /** Proxies cut what is silent, and a client tells a silent service from a dead one by it. */
  start(): void {
    const { heartbeatMs } = this.#tuning;
    const frame = commentFrame(`${heartbeatMs / 1_000}s`);
    this.#heartbeat = setInterval(() => {
      for (const { stream } of this.#feeds.values())
        for (const client of stream.clients) client.send(frame);
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Ends every stream, so that the server can close. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const { stream } of this.#feeds.values())
      for (const client of stream.clients) client.end();
  }
}
