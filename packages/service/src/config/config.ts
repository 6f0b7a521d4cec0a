import type { Address } from "./address.ts";

/** What bounds this process. Each limit is counted when it acts. */
export interface ServiceLimits {
  /** Bytes of one request's body as sent. */
  readonly bodyBytesMax: number;
  /** Bytes of one request's body once decompressed. */
  readonly bodyInflatedBytesMax: number;
  /** Bytes of all bodies being received or decompressed at once; over it, senders are told to come back. */
  readonly ingestBytesMax: number;
  /** Of one tenant. */
  readonly dependenciesMax: number;
  /** Agents of one dependency tracked by name; the rest in aggregate. */
  readonly agentsPerDependencyMax: number;
  /** One-second windows kept for `/v1/signals`, of one tenant; 76 bytes each. The oldest go first. */
  readonly historyWindowsMax: number;
  /** Streams, long-polls and waiting verdicts together. */
  readonly sseClientsMax: number;
  /** Longest life of a hold or an override. */
  readonly holdMsMax: number;
  readonly auditRowsMax: number;
}

export interface ServiceConfig {
  readonly http: Address;
  /** Null: no gRPC. */
  readonly grpc: Address | null;
  /** Where the store lives. Null: in memory, gone with the process. */
  readonly dataDir: string | null;
  /** `headway.yaml`; its policy sections are read again when it changes. Null: the default policy. */
  readonly policyFile: string | null;
  /** The default policy holds until the file is there. */
  readonly policyFileMayBeAbsent: boolean;
  /** Null: no tokens, everybody may do everything. */
  readonly tokensFile: string | null;
  /** Listen beyond loopback without tokens. */
  readonly allowOpen: boolean;
  /** Between two evaluations. */
  readonly tickMs: number;
  /** How long finished spans wait for the rest of their trace before they are derived from. */
  readonly settleMs: number;
  /** Where what arrives is written down, for `headway replay`. Null: nowhere. */
  readonly recordFile: string | null;
  /** Spans of the service's own work, for the OpenTelemetry SDK that the user brought. */
  readonly selfTracing: boolean;
  readonly limits: ServiceLimits;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

export const CONFIG_DEFAULT: ServiceConfig = {
  http: { host: "127.0.0.1", port: 4390 },
  grpc: { host: "127.0.0.1", port: 4391 },
  dataDir: ".headway",
  policyFile: null,
  policyFileMayBeAbsent: false,
  tokensFile: null,
  allowOpen: false,
  tickMs: 1_000,
  settleMs: 1_500,
  recordFile: null,
  selfTracing: false,
  limits: {
    bodyBytesMax: 16 * MIB,
    bodyInflatedBytesMax: 64 * MIB,
    ingestBytesMax: 256 * MIB,
    dependenciesMax: 50_000,
    agentsPerDependencyMax: 4_096,
    historyWindowsMax: 1_000_000,
    sseClientsMax: 10_000,
    holdMsMax: DAY_MS,
    auditRowsMax: 1_000_000,
  },
};
