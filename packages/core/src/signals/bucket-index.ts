/** The scale that `bucketIndex` answers in; any coarser index is that one shifted right. */
export const MAPPING_SCALE = 5;

const PER_OCTAVE = 2 ** MAPPING_SCALE;
const START_BITS = 8;

/** 2^(i/32) for i from 0 to 32: where the buckets of one octave end. */
const BOUNDS = Float64Array.from({ length: PER_OCTAVE + 1 }, (_, i) => 2 ** (i / PER_OCTAVE));

/** By the mantissa's first 8 bits: how many bounds lie below every value that starts so. No such interval holds two bounds. */
const STARTS = Int8Array.from({ length: 2 ** START_BITS }, (_, top) => {
  const least = 1 + top / 2 ** START_BITS;
  return BOUNDS.filter((bound) => bound < least).length;
});

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
asDouble[0] = 1;
const HIGH = asWords[1] === 0x3ff00000 ? 1 : 0;

/**
 * The bucket of a normal, positive, finite double at scale 5: i where 2^(i/32) < value <= 2^((i+1)/32).
 *
 * Reads exponent and mantissa from the bits and settles the rest by one comparison. Faster than Math.log2, and exact
 * at the bounds, where a rounded logarithm lands in the neighbour.
 */
export function bucketIndex(value: number): number {
  asDouble[0] = value;
  const high = asWords[HIGH]!;
  asWords[HIGH] = (high & 0xfffff) | 0x3ff00000;
  const below = STARTS[(high >>> (20 - START_BITS)) & 0xff]!;
  const inside = asDouble[0] > BOUNDS[below]! ? below : below - 1;
  return ((high >>> 20) - 1023) * PER_OCTAVE + inside;
}
