import { eventFrame } from "../api/stream-client.ts";
import type { Tenant, TenantChange } from "../runtime/tenant.ts";
import { changesBetween } from "./live-changes.ts";
import type { LiveClient } from "./live-client.ts";
import type { LivePicture } from "./live-picture.ts";
import type { LiveView } from "./live-view.ts";

export interface LiveStreamOptions {
  readonly tenant: Tenant;
  readonly picture: LivePicture;
}

/** Ticks come a little early at times: a frame that is due is not left for the next. */
const FRAME_EVERY_MS = 950;
/** Times at which processes were last heard from are told with every so manieth frame. */
const HEARD_TIMES_EVERY = 10;

/**
 * One tenant's live view, pushed. A picture is taken only while somebody looks, once for all of them: a frame is one buffer, whoever
 * it goes to. At most one a second, but for a change that a person waits for.
 */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  readonly #clients = new Set<LiveClient>();
  #unsubscribe: (() => void) | undefined;
  #view: LiveView | undefined;
  #viewedAtMs = Number.NEGATIVE_INFINITY;
  #snapshot: { readonly frame: number; readonly bytes: Buffer } | undefined;
  #frame = 0;

  constructor(options: LiveStreamOptions) {
    this.#options = options;
  }

  get clients(): ReadonlySet<LiveClient> {
    return this.#clients;
  }

  open(client: LiveClient, nowMs: number): void {
    const { tenant } = this.#options;
    this.#unsubscribe ??= tenant.subscribe((change, atMs) => this.#ticked(change, atMs));
    const view = this.#view ?? this.#take(nowMs);
    this.#view = view;
    this.#clients.add(client);
    client.send(this.#snapshotOf(view, nowMs), view.frame);
  }

  remove(client: LiveClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#view = undefined;
    this.#snapshot = undefined;
  }

  #ticked(change: TenantChange, nowMs: number): void {
    const before = this.#view;
    if (before === undefined) return;
    if (!isAwaited(change) && nowMs - this.#viewedAtMs < FRAME_EVERY_MS) return;
    const view = this.#take(nowMs);
    this.#view = view;
    // Both are made only if somebody needs them, and then once.
    let delta: Buffer | undefined;
    for (const client of this.#clients) {
      if (!client.isReady(nowMs)) continue;
      if (client.frame !== before.frame) client.send(this.#snapshotOf(view, nowMs), view.frame);
      else client.send((delta ??= deltaOf(before, view)), view.frame);
    }
  }

  #take(nowMs: number): LiveView {
    this.#frame += 1;
    this.#viewedAtMs = nowMs;
    return this.#options.picture.take(nowMs, this.#frame);
  }

  #snapshotOf(view: LiveView, nowMs: number): Buffer {
    if (this.#snapshot?.frame === view.frame) return this.#snapshot.bytes;
    const whole = this.#options.picture.withRecent(view, nowMs);
    const bytes = eventFrame("snapshot", view.frame, JSON.stringify(whole));
    this.#snapshot = { frame: view.frame, bytes };
    return bytes;
  }
}

/** What comes into the log is what a person waits for. A decision that was merely renewed, or moved a number, can wait for its second. */
function isAwaited({ audit }: TenantChange): boolean {
  return audit.length > 0;
}

function deltaOf(before: LiveView, view: LiveView): Buffer {
  const withHeardTimes = view.frame % HEARD_TIMES_EVERY === 0;
  return eventFrame(
    "delta",
    view.frame,
    JSON.stringify(changesBetween(before, view, { withHeardTimes })),
  );
}
