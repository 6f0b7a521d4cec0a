import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ServiceLimits } from "../config/config.ts";
import type { Coordinator } from "../runtime/coordinator.ts";
import type { HeldAnswers } from "./held-answers.ts";

export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface ApiConfig {
  readonly limits: Pick<ServiceLimits, "holdMsMax">;
}

/** What the routes would be configured with, had anybody a reason to. Tests have. */
export interface ApiTuning {
  /** Between two comment lines on a silent stream. */
  readonly heartbeatMs: number;
  /** A client that is told to come back does so after this and up to as much again. */
  readonly retryMs: number;
  /** Unread bytes of one stream; a client that lets more pile up is dropped. */
  readonly streamBacklogBytesMax: number;
  /** Versions that a stream can be resumed from; from further back it gets a snapshot. */
  readonly resumableChangesMax: number;
  /** How long after its stream or its poll ended an instance keeps its leases. */
  readonly streamGraceMs: number;
  readonly pollGraceMs: number;
  /** A held answer leaves this long before the caller gives up on it. */
  readonly answerMarginMs: number;
  readonly idempotencyKeysMax: number;
  readonly idempotencyTtlMs: number;
}

export const API_TUNING: ApiTuning = {
  heartbeatMs: 15_000,
  retryMs: 1_000,
  streamBacklogBytesMax: 1_048_576,
  resumableChangesMax: 256,
  streamGraceMs: 2_000,
  pollGraceMs: 5_000,
  answerMarginMs: 10,
  idempotencyKeysMax: 10_000,
  idempotencyTtlMs: 600_000,
};

export interface ApiContext {
  readonly coordinator: Coordinator;
  readonly config: ApiConfig;
  readonly tuning: ApiTuning;
  readonly heldAnswers: HeldAnswers;
}

/** Seconds until a refused client may return, spread so that they do not all return at once. */
export function retryAfterSeconds({ coordinator, tuning }: ApiContext): number {
  return Math.ceil((tuning.retryMs * (1 + coordinator.random())) / 1_000);
}
