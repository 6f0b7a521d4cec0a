import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import type { DependencySpec } from "./scenario.ts";

const NAME = /^[a-z][a-z0-9_-]*:(?!\s)\P{Cc}{1,255}$/u;

const SERVERS: NumberRange = { min: 1, max: 1_000_000, integer: true };
const QUEUE: NumberRange = { min: 0, max: 1_000_000, integer: true };
const TIMES: NumberRange = { min: 1, max: 1_000, integer: true };
const POSITIVE_MS: NumberRange = { min: 0.001, max: 86_400_000 };
const MS: NumberRange = { min: 0, max: 86_400_000 };
const SECONDS: NumberRange = { min: 0.001, max: 86_400 };
const SIGMA: NumberRange = { min: 0, max: 3 };
const RATE: NumberRange = { min: 0.001, max: 1_000_000 };

/** Where a file does not say. Service times of production model servers are about this uneven; HTTP clients wait about this long. */
const SIGMA_DEFAULT = 0.4;
const TIMEOUT_MS_DEFAULT = 10_000;
const REJECT_MS_DEFAULT = 10;

const FIELDS = [
  "servers",
  "service",
  "queue",
  "timeoutMs",
  "cancels",
  "rejectMs",
  "rateLimit",
  "lockout",
  "calls",
] as const;

/** One entry under `dependencies`; `known` are the names of all. */
export function parseDependency(
  id: string,
  node: FileNode,
  known: readonly string[],
): DependencySpec {
  if (!NAME.test(id)) node.fail("ERR_CONFIG_RANGE", 'must be named "kind:name"');
  const fields = node.fields(FIELDS);
  const rateLimit = fields.get("rateLimit");
  const lockout = fields.get("lockout");
  return {
    id,
    servers: fields.number("servers", SERVERS),
    service: serviceOf(fields.need("service")),
    queue: fields.number("queue", QUEUE),
    timeoutMs: fields.number("timeoutMs", POSITIVE_MS, TIMEOUT_MS_DEFAULT),
    cancels: fields.boolean("cancels", false),
    rejectMs: fields.number("rejectMs", MS, REJECT_MS_DEFAULT),
    ...(rateLimit && { rateLimit: rateLimitOf(rateLimit) }),
    ...(lockout && { lockout: lockoutOf(lockout) }),
    calls: (fields.get("calls")?.items() ?? []).map((call) => callOf(call, known)),
  };
}

/** Which kind it is, its own keys tell. */
function serviceOf(node: FileNode): DependencySpec["service"] {
  const fields = node.fields(["kind", "meanMs", "sigma", "samplesMs"]);
  const kind =
    fields.get("kind")?.oneOf(["lognormal", "empirical"]) ??
    (fields.get("samplesMs") === undefined ? "lognormal" : "empirical");
  switch (kind) {
    case "lognormal": {
      const shape = node.fields(["kind", "meanMs", "sigma"]);
      return {
        kind,
        meanMs: shape.number("meanMs", POSITIVE_MS),
        sigma: shape.number("sigma", SIGMA, SIGMA_DEFAULT),
      };
    }
    case "empirical": {
      const samples = node.fields(["kind", "samplesMs"]).need("samplesMs");
      const samplesMs = samples.items().map((sample) => sample.number(POSITIVE_MS));
      if (samplesMs.length === 0) samples.fail("ERR_CONFIG_RANGE", "must have a sample at least");
      return { kind, samplesMs };
    }
  }
}

function rateLimitOf(node: FileNode): NonNullable<DependencySpec["rateLimit"]> {
  const fields = node.fields(["perSecond", "burst", "retryAfter"]);
  return {
    perSecond: fields.number("perSecond", RATE),
    burst: fields.number("burst", { min: 1, max: 1_000_000 }),
    retryAfter: fields.boolean("retryAfter", true),
  };
}

function lockoutOf(node: FileNode): NonNullable<DependencySpec["lockout"]> {
  const fields = node.fields(["failuresPerMinute", "forS"]);
  return {
    failuresPerMinute: fields.number("failuresPerMinute", TIMES),
    forS: fields.number("forS", SECONDS),
  };
}

/** A name alone is one call, tried once. */
function callOf(node: FileNode, known: readonly string[]): DependencySpec["calls"][number] {
  if (!node.isMapping)
    return { dependency: node.reference(known, "dependency"), times: 1, attempts: 1 };
  const fields = node.fields(["dependency", "times", "attempts"]);
  return {
    dependency: fields.need("dependency").reference(known, "dependency"),
    times: fields.number("times", TIMES, 1),
    attempts: fields.number("attempts", TIMES, 1),
  };
}
