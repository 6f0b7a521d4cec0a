import { Metadata, status } from "@grpc/grpc-js";
import type { ProblemCode, ProblemError } from "../problem.ts";
import { bytesField, varintField } from "./protobuf-fields.ts";

export interface GrpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

const RETRY_AFTER_SECONDS = 2;

const CODES: Partial<Record<ProblemCode, status>> = {
  ERR_AUTH_REQUIRED: status.UNAUTHENTICATED,
  ERR_AUTH_TOKEN: status.UNAUTHENTICATED,
  ERR_AUTH_SCOPE: status.PERMISSION_DENIED,
  ERR_BODY_UNDECODABLE: status.INVALID_ARGUMENT,
  ERR_OVERLOADED: status.UNAVAILABLE,
};

/** The same problem that HTTP answers with, in gRPC's words. */
export function grpcStatusOf({ code, message }: ProblemError): GrpcStatus {
  const grpcCode = CODES[code] ?? status.INTERNAL;
  const metadata = new Metadata();
  // Exporters send again after UNAVAILABLE; google.rpc.RetryInfo tells them when.
  if (grpcCode === status.UNAVAILABLE)
    metadata.set("grpc-status-details-bin", retryInfo(grpcCode, message));
  return { code: grpcCode, details: message, metadata };
}

/** google.rpc.Status { code = 1, message = 2, details = 3 Any { type_url = 1, value = 2 RetryInfo { retry_delay = 1 Duration { seconds = 1 } } } } */
function retryInfo(code: number, message: string): Buffer {
  const delay = bytesField(1, varintField(1, RETRY_AFTER_SECONDS));
  const any = Buffer.concat([
    bytesField(1, "type.googleapis.com/google.rpc.RetryInfo"),
    bytesField(2, delay),
  ]);
  return Buffer.concat([varintField(1, code), bytesField(2, message), bytesField(3, any)]);
}
