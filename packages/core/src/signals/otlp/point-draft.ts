import { BUCKETS_MAX, type HistogramData, SCALE_MIN } from "../histogram.ts";
import { type Outcome, OUTCOMES } from "../outcome.ts";
import { PRIORITIES, type Priority } from "../priority.ts";
import { type SignalAttributes, type SignalName, type SignalPoint, SIGNALS } from "../report.ts";
import { type AttributeValue, AttributeValues } from "./attribute-values.ts";
import { ByteKeys } from "./byte-keys.ts";
import { attributeKey, FLAG_NO_VALUE, OVERFLOW_KEY } from "./metric-fields.ts";
import { Nanos } from "./nanos.ts";

/** OTel's finest. */
const SCALE_MAX = 20;
/** A report covers a second; what claims an hour is no report of ours. */
const WINDOW_MS_MAX = 3_600_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const attributeNames = new Set(
  Object.values(SIGNALS).flatMap(
    ({ attributes }): readonly (keyof SignalAttributes)[] => attributes,
  ),
);

/** The keys that any of our points may have, as bytes: others are never made into strings. */
export const POINT_ATTRIBUTES = new ByteKeys(
  [...attributeNames, "overflow" as const].map(attributeKey),
);

/** What one data point's fields have told so far, and what they must be for the point to be kept. */
export class PointDraft {
  attributes = new AttributeValues();
  readonly start = new Nanos();
  readonly time = new Nanos();
  flags = 0;
  value: number | undefined;
  count = 0;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  scale = 0;
  zeroCount = 0;
  offset = 0;
  counts: number[] = [];
  isCrooked = false;

  reset(): void {
    this.attributes = new AttributeValues();
    this.start.clear();
    this.time.clear();
    this.flags = 0;
    this.value = undefined;
    this.count = 0;
    this.sum = undefined;
    this.min = undefined;
    this.max = undefined;
    this.scale = 0;
    this.zeroCount = 0;
    this.offset = 0;
    this.counts = [];
    this.isCrooked = false;
  }

  /** One more bucket; beyond the limit they are dropped, and the point will be. */
  addCount(count: number | undefined): void {
    if (count === undefined || this.counts.length >= BUCKETS_MAX) this.isCrooked = true;
    else this.counts.push(count);
  }

  /** Undefined where start and end make no window. */
  windowMs(): number | undefined {
    const windowMs = this.time.msSince(this.start);
    return this.start.isSet && windowMs >= 0 && windowMs <= WINDOW_MS_MAX ? windowMs : undefined;
  }

  get hasNoValue(): boolean {
    return (this.flags & FLAG_NO_VALUE) !== 0;
  }

  /** The point, or what is wrong with it. */
  toPoint(signal: SignalName): SignalPoint | string {
    const attributes = readAttributes(signal, this.attributes);
    if (attributes === undefined) return `${signal} must have known values in its attributes`;
    if (SIGNALS[signal].type === "histogram") {
      const histogram = this.#histogram();
      return histogram === undefined
        ? `${signal} must have buckets that agree with its count`
        : { signal, attributes, value: histogram };
    }
    const { value } = this;
    if (value === undefined || !isAmount(value))
      return `${signal} must be a finite number of at least 0`;
    return { signal, attributes, value };
  }

  #histogram(): HistogramData | undefined {
    const { scale, count, zeroCount, counts, sum, min = 0, max = 0 } = this;
    const offset = counts.length === 0 ? 0 : this.offset;
    if (this.isCrooked || sum === undefined || !isAmount(sum)) return undefined;
    if (!Number.isInteger(scale) || scale < SCALE_MIN || scale > SCALE_MAX) return undefined;
    if (!isCount(count) || !isCount(zeroCount) || !counts.every(isCount)) return undefined;
    if (counts.reduce((total, n) => total + n, zeroCount) !== count) return undefined;
    if (count > 0 && (this.min === undefined || this.max === undefined)) return undefined;
    if (
      !isAmount(min) ||
      !isAmount(max) ||
      min > max ||
      !isWithinDoubles(offset, counts.length, scale)
    )
      return undefined;
    return { scale, count, sum, min, max, zeroCount, offset, counts };
  }
}

/** Whether the buckets are ones that some double falls into. */
function isWithinDoubles(offset: number, length: number, scale: number): boolean {
  if (!Number.isInteger(offset)) return false;
  return (
    offset >= Math.floor(-1075 * 2 ** scale) && offset + length <= Math.ceil(1024 * 2 ** scale)
  );
}

function isAmount(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}

function isCount(value: number): boolean {
  return value >= 0 && Number.isSafeInteger(value);
}

function readAttributes(signal: SignalName, values: AttributeValues): SignalAttributes | undefined {
  const result: Mutable<SignalAttributes> = {};
  for (const name of SIGNALS[signal].attributes) {
    const value = values[attributeKey(name)];
    if (value !== undefined && !readAttribute(result, name, value)) return undefined;
  }
  const overflow = values[OVERFLOW_KEY];
  if (overflow === true) result.overflow = true;
  return overflow === undefined || overflow === true ? result : undefined;
}

function readAttribute(
  into: Mutable<SignalAttributes>,
  name: Exclude<keyof SignalAttributes, "overflow">,
  value: AttributeValue,
): boolean {
  if (name === "outcome") {
    if (!isOutcome(value)) return false;
    into.outcome = value;
  } else if (name === "priority") {
    if (!isPriority(value)) return false;
    into.priority = value;
  } else if (name === "digest") {
    if (value !== true) return false;
    into.digest = true;
  } else if (name === "retry") {
    if (typeof value !== "boolean") return false;
    into.retry = value;
  } else {
    if (typeof value !== "string" || value === "") return false;
    into[name] = value;
  }
  return true;
}

function isOutcome(value: AttributeValue): value is Outcome {
  return OUTCOMES.some((outcome) => outcome === value);
}

function isPriority(value: AttributeValue): value is Priority {
  return PRIORITIES.some((priority) => priority === value);
}
