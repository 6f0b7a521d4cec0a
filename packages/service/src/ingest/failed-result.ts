import type { IngestResult } from "../metrics.ts";
import type { ProblemCode } from "../problem.ts";
import { ProblemError } from "../problem.ts";

const RESULTS: Partial<Record<ProblemCode, IngestResult>> = {
  ERR_BODY_UNDECODABLE: "undecodable",
  ERR_BODY_TOO_LARGE: "too_large",
  ERR_OVERLOADED: "overloaded",
};

/** How an export that was not taken is counted. */
export function failedResult(error: unknown): IngestResult {
  return error instanceof ProblemError ? (RESULTS[error.code] ?? "refused") : "failed";
}
