/** A hash of the length and of eight of the bytes. Whatever it finds is compared in full, so a collision costs time only. */
export function sampleHash(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return length === 0 ? 0 : length + view.getUint8(start);
  const middle = view.getInt32(start + ((length - 4) >> 1), true);
  return Math.imul(view.getInt32(end - 4, true) ^ (middle + length), 0x9e3779b1) >>> 16;
}

/** Whether the same bytes stand in both places, four at a time; the last four may overlap those before. */
export function isSame(
  a: DataView,
  aStart: number,
  b: DataView,
  bStart: number,
  length: number,
): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i += 1)
      if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4)
    if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false;
  return a.getInt32(aStart + last, true) === b.getInt32(bStart + last, true);
}
