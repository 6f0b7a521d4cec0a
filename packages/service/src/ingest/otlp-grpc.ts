import { Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type {
  sendUnaryData,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Principal } from "../auth/principal.ts";
import type { Address } from "../config/address.ts";
import { formatAddress } from "../config/address.ts";
import { listenError } from "../listen.ts";
import type { Log } from "../log.ts";
import { errorFields } from "../log.ts";
import type { IngestSignal, Metrics } from "../metrics.ts";
import { ProblemError } from "../problem.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { failedResult } from "./failed-result.ts";
import { admit, authenticate } from "./grpc-admission.ts";
import { grpcStatusOf } from "./grpc-status.ts";
import type { GrpcStatus } from "./grpc-status.ts";
import type { Ingest } from "./ingest.ts";
import { encodePartialSuccess } from "./partial-success.ts";

export interface OtlpGrpcOptions {
  readonly ingest: Ingest;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly budget: ByteBudget;
  readonly messageBytesMax: number;
  /** How long a message may take to come whole. */
  readonly callMsMax?: number;
  readonly log: Log;
}

/** An exporter has one call open; a Collector, as many as it has consumers. */
const STREAMS_PER_CONNECTION_MAX = 64;

const SIGNALS = ["traces", "metrics"] as const;

const METHODS: Readonly<Record<IngestSignal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
};

function signalOf(path: string): IngestSignal | undefined {
  return SIGNALS.find((signal) => METHODS[signal] === path);
}

type ExportCall = ServerUnaryCall<Buffer, Buffer>;

/**
 * OTLP over gRPC. The codecs are the identity: messages stay bytes until the same decoder takes them that HTTP uses.
 * gzip is gRPC's own doing, and its one limit holds for the message as sent and once decompressed.
 */
export class OtlpGrpc {
  readonly #options: OtlpGrpcOptions;
  readonly #server: Server;

  constructor(options: OtlpGrpcOptions) {
    this.#options = options;
    this.#server = new Server({
      "grpc.max_receive_message_length": options.messageBytesMax,
      "grpc.max_concurrent_streams": STREAMS_PER_CONNECTION_MAX,
      interceptors: [admit({ ...options, signalOf })],
    });
    for (const signal of SIGNALS) {
      this.#server.addService(definitionOf(signal), this.#implementationOf(signal));
    }
  }

  /** The address, with the port that the system chose where 0 was asked for. */
  async listen(address: Address): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(
        formatAddress(address),
        ServerCredentials.createInsecure(),
        (error, port) => {
          if (error === null) resolve({ host: address.host, port });
          else reject(listenError(error, address));
        },
      );
    });
  }

  /** Calls that are running may end; streams of which nothing more will come are cut. */
  async close(graceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => this.#server.forceShutdown(), graceMs);
      this.#server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }

  #implementationOf(signal: IngestSignal): UntypedServiceImplementation {
    return {
      Export: (call: ExportCall, done: sendUnaryData<Buffer>) => {
        try {
          done(null, this.#export(signal, call));
        } catch (error) {
          done(this.#refusal(error, signal));
        }
      },
    };
  }

  #export(signal: IngestSignal, call: ExportCall): Buffer {
    const { ingest, authenticator } = this.#options;
    const { tenant } = principalOf(authenticator, call.metadata);
    const result = ingest.take({
      tenant,
      signal,
      encoding: "protobuf",
      transport: "grpc",
      bytes: call.request,
    });
    if (!result.ok) throw new ProblemError("ERR_BODY_UNDECODABLE", result.message);
    return encodePartialSuccess(result, signal, "protobuf");
  }

  #refusal(error: unknown, signal: IngestSignal): GrpcStatus {
    this.#options.metrics.ingestRequests.inc({
      transport: "grpc",
      signal,
      result: failedResult(error),
    });
    if (error instanceof ProblemError) return grpcStatusOf(error);
    this.#options.log.warn("An export failed.", {
      transport: "grpc",
      signal,
      ...errorFields(error),
    });
    return {
      code: status.INTERNAL,
      details: "The service failed to answer.",
      metadata: new Metadata(),
    };
  }
}

function definitionOf(signal: IngestSignal): ServiceDefinition {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    Export: {
      path: METHODS[signal],
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}

function principalOf(authenticator: Authenticator, metadata: Metadata): Principal {
  const found = authenticate(authenticator, metadata);
  if (found instanceof ProblemError) throw found;
  return found;
}
