/** As much of protobuf as a few small answers need: varints and length-delimited fields, numbered below 16. */
export function varintField(number: number, value: number): Buffer {
  // Protobuf leaves a zero out.
  return value === 0 ? Buffer.alloc(0) : Buffer.from([number << 3, ...varint(value)]);
}

export function bytesField(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

/** By division: shifts would cut a count at 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
