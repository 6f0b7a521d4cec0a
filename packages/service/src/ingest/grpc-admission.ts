import { setTimeout as sleep } from "node:timers/promises";
import { ServerInterceptingCall, ServerListenerBuilder, status } from "@grpc/grpc-js";
import type { Metadata, ServerInterceptor } from "@grpc/grpc-js";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Principal } from "../auth/principal.ts";
import { nowMs } from "../clock.ts";
import type { IngestSignal, Metrics } from "../metrics.ts";
import { ProblemError } from "../problem.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { failedResult } from "./failed-result.ts";
import { grpcStatusOf } from "./grpc-status.ts";

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly budget: ByteBudget;
  /** Of one message. */
  readonly messageBytesMax: number;
  /** How long its message may take. */
  readonly callMsMax?: number;
  readonly signalOf: (path: string) => IngestSignal | undefined;
}

/** A call that waits for room has sent no more than HTTP/2's window, so a burst is better spread than refused. */
const ROOM_MS_MAX = 1_000;
const ROOM_EVERY_MS = 20;

const NO_ROOM = new ProblemError("ERR_OVERLOADED", "Too many bytes are being received at once.");

/** A sender that holds its room for longer has stopped half-way. */
const CALL_MS_MAX = 10_000;

const LATE = { code: status.DEADLINE_EXCEEDED, details: "The message did not come in time." };

/**
 * Decides on the headers alone, before any of the message is read: who has no token does not get to send megabytes.
 * gRPC gives us a message only when it is whole, so its bytes cannot be counted as they come; each call reserves room
 * for the largest there may be, and gives it back when it ends.
 */
export function admit(options: AdmissionOptions): ServerInterceptor {
  return ({ path }, call) => {
    const admission = new Admission(options, options.signalOf(path));
    let late: NodeJS.Timeout | undefined;
    const receive = async (metadata: Metadata, next: (metadata: Metadata) => void) => {
      const refusal = await admission.ask(metadata);
      if (refusal !== undefined) {
        call.sendStatus(grpcStatusOf(refusal));
        return;
      }
      late = setTimeout(() => call.sendStatus(LATE), options.callMsMax ?? CALL_MS_MAX);
      next(metadata);
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => void receive(metadata, next))
      .withOnReceiveMessage((message: unknown, next) => {
        admission.hasMessage = true;
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        admission.isWhole = admission.hasMessage;
        clearTimeout(late);
        next();
      })
      // Told at the end of every call, however it ends.
      .withOnCancel(() => {
        clearTimeout(late);
        admission.end();
      });
    return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) });
  };
}

/** Of one call. */
class Admission {
  hasMessage = false;
  /** The handler has it. */
  isWhole = false;
  readonly #options: AdmissionOptions;
  readonly #signal: IngestSignal | undefined;
  #state: "asking" | "admitted" | "refused" | "ended" = "asking";

  constructor(options: AdmissionOptions, signal: IngestSignal | undefined) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Undefined: it may send. */
  async ask(metadata: Metadata): Promise<ProblemError | undefined> {
    const found = authenticate(this.#options.authenticator, metadata);
    if (found instanceof ProblemError) return this.#refuse(found);
    const endMs = nowMs() + ROOM_MS_MAX;
    while (!this.#options.budget.take(this.#bytes)) {
      if (nowMs() >= endMs) return this.#refuse(NO_ROOM);
      await sleep(ROOM_EVERY_MS);
      // Nobody is there any more to be told.
      if (this.#state === "ended") return NO_ROOM;
    }
    this.#state = "admitted";
    return undefined;
  }

  end(): void {
    if (this.#state === "admitted") {
      this.#options.budget.giveBack(this.#bytes);
      // A handler that was called has counted already.
      if (!this.isWhole) this.#count("incomplete");
    }
    this.#state = "ended";
  }

  get #bytes(): number {
    return Math.min(this.#options.messageBytesMax, this.#options.budget.bytesMax);
  }

  #refuse(problem: ProblemError): ProblemError {
    this.#state = "refused";
    this.#count(failedResult(problem));
    return problem;
  }

  #count(result: ReturnType<typeof failedResult>): void {
    const signal = this.#signal;
    if (signal !== undefined)
      this.#options.metrics.ingestRequests.inc({ transport: "grpc", signal, result });
  }
}

export function authenticate(
  authenticator: Authenticator,
  metadata: Metadata,
): Principal | ProblemError {
  const [authorization] = metadata.get("authorization");
  return authenticator.authorize(authorization?.toString(), "ingest");
}
