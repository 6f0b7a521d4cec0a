import { tagOf, WIRE } from "./protobuf-reader.ts";
import { utf8Length, writeUtf8 } from "./utf8.ts";

const TWO_32 = 2 ** 32;

/** Writes protobuf's wire format into one growing buffer. Numbers are written whatever they are, zero too. */
export class ProtobufWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** What was written: a view on the buffer, so nothing may be written after. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  message(field: number, write: () => void): void {
    this.#tag(field, WIRE.bytes);
    this.#reserve(1);
    const start = (this.#at += 1);
    write();
    const length = this.#at - start;
    const sizeMore = varintLength(length) - 1;
    if (sizeMore > 0) {
      // Its length was not known before. One byte does for most; a longer message is moved up by what is missing.
      this.#reserve(sizeMore);
      this.#bytes.copyWithin(start + sizeMore, start, this.#at);
    }
    this.#at = start - 1;
    this.#varint(length);
    this.#at = start + sizeMore + length;
  }

  string(field: number, text: string): void {
    const length = utf8Length(text);
    this.#tag(field, WIRE.bytes);
    this.#varint(length);
    this.#reserve(length);
    this.#at = writeUtf8(text, this.#bytes, this.#at);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, WIRE.bytes);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** A bool, an enum, or an integer that is not negative and no more than 2^53. */
  uint(field: number, value: number): void {
    this.#tag(field, WIRE.varint);
    this.#varint(value);
  }

  sint32(field: number, value: number): void {
    this.#tag(field, WIRE.varint);
    this.#varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** An integer within ±2^53. */
  fixed64(field: number, value: number): void {
    const high = Math.floor(value / TWO_32);
    this.fixed64Parts(field, value - high * TWO_32, high);
  }

  fixed64Parts(field: number, low: number, high: number): void {
    this.#tag(field, WIRE.fixed64);
    this.#reserve(8);
    this.#view.setUint32(this.#at, low, true);
    this.#view.setUint32(this.#at + 4, high, true);
    this.#at += 8;
  }

  double(field: number, value: number): void {
    this.#tag(field, WIRE.fixed64);
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  packedUints(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#varint(value);
    });
  }

  #tag(field: number, wire: number): void {
    this.#varint(tagOf(field, wire));
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
