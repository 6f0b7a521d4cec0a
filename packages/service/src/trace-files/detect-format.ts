/** How messages stand in a file: one alone, or one after another, each behind its length. */
export type Framing = "message" | "big-endian" | "varint";

export type StoredFormat = "json" | Framing;

/** Enough to tell the formats apart, in bytes. */
export const PREFIX_BYTES = 512;

/** A frame of more is none: so the first byte of a message can't be taken for the first of a length. */
export const FRAME_BYTES_MAX = 128 * 2 ** 20;

const RESOURCE_SPANS = 0x0a;
/** The fields of ResourceSpans: resource, scope_spans, schema_url; and the instrumentation library spans of old. */
const INNER_TAGS: readonly number[] = [0x0a, 0x12, 0x1a, 0xc2];
export const ZSTD_MAGIC = 0xfd2fb528;

/** What the bytes are that an input begins with; its name says nothing. What is nothing known is read as lines, and counted as rubbish. */
export function detectFormat(prefix: Buffer): StoredFormat {
  if (isJson(prefix)) return "json";
  if (isBigEndian(prefix)) return "big-endian";
  if (messageFits(prefix, 0, Number.POSITIVE_INFINITY)) return "message";
  const frame = varintAt(prefix, 0);
  if (frame !== undefined && messageFits(prefix, frame.after, frame.value)) return "varint";
  return "json";
}

/** A message may begin with the bytes of a line break and a brace. It does not go on as an object does. */
function isJson(prefix: Buffer): boolean {
  const text = prefix.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  return /^[ \t\r\n]*(\{[ \t\r\n]*("[\u0020-\u00ff]|\}|$)|\[[ \t\r\n]*([[{\]]|$))/.test(text);
}

function isBigEndian(prefix: Buffer): boolean {
  if (prefix.length < 8) return false;
  const length = prefix.readUInt32BE(0);
  if (length === 0 || length > FRAME_BYTES_MAX) return false;
  return (
    messageFits(prefix, 4, length) ||
    prefix.readUInt32LE(4) === ZSTD_MAGIC ||
    isJson(prefix.subarray(4, 4 + length))
  );
}

/** Whether an ExportTraceServiceRequest of `length` bytes may stand there. */
function messageFits(bytes: Buffer, at: number, length: number): boolean {
  if (bytes[at] !== RESOURCE_SPANS) return false;
  const inner = varintAt(bytes, at + 1);
  if (inner === undefined || inner.after - at + inner.value > length) return false;
  const tag = bytes[inner.after];
  return inner.value === 0 || (tag !== undefined && INNER_TAGS.includes(tag));
}

export interface Varint {
  readonly value: number;
  readonly after: number;
}

/** A length or tag; undefined where it is cut off, or too long for one. */
export function varintAt(bytes: Buffer, at: number): Varint | undefined {
  let value = 0;
  for (let i = 0; i < 5; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, after: at + i + 1 };
  }
  return undefined;
}
