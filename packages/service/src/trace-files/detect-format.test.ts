import { describe, expect, it } from "vitest";
import { detectFormat } from "./detect-format.ts";
import { otlpMessage, otlpRequest, SPANS } from "./fixtures/one-trace.ts";
import { bigEndianFrame, toProtobuf, varintFrame } from "./fixtures/to-protobuf.ts";

/** A request whose `resource_spans` has just as many bytes as `length` says. */
function messageOf(length: number): Buffer {
  for (let letters = 1; letters < length; letters += 1) {
    const attributes = [{ key: "service.name", value: { stringValue: "x".repeat(letters) } }];
    const message = toProtobuf({ resourceSpans: [{ resource: { attributes } }] });
    if (message[1] === length) return message;
  }
  throw new RangeError(`no request has ${length} bytes`);
}

describe("detectFormat", () => {
  it.each([
    ["{", "json"],
    ["{}", "json"],
    ['{ \n"resourceSpans": []}', "json"],
    [' \r\n\t[ {"traceId": 1}]', "json"],
    ["[]", "json"],
    ["[[{", "json"],
    ["hello", "json"],
    ["", "json"],
    ["\0\0\0\0\0\0\0\0\0\0", "json"],
  ])("takes %j for %s", (text, format) => {
    expect(detectFormat(Buffer.from(text))).toBe(format);
  });

  it("is not fooled by a message whose first bytes are a line break and a bracket", () => {
    // 0x0a is a line break and the tag of resource_spans; 0x5b, 0x7b are brackets and lengths.
    for (const length of [0x5b, 0x7b]) {
      const message = messageOf(length);
      expect(message[0]).toBe(0x0a);
      expect(detectFormat(message)).toBe("message");
      expect(detectFormat(varintFrame(message))).toBe("varint");
      expect(detectFormat(bigEndianFrame(message))).toBe("big-endian");
    }
  });

  it("tells the three ways in which messages stand in a file, whatever their length", () => {
    for (let count = 1; count <= 60; count += 1) {
      const spans = Array.from({ length: count }, () => SPANS[count % 3]!);
      const message = toProtobuf(otlpRequest(spans));
      expect(detectFormat(message.subarray(0, 512))).toBe("message");
      expect(detectFormat(varintFrame(message).subarray(0, 512))).toBe("varint");
      expect(detectFormat(bigEndianFrame(message).subarray(0, 512))).toBe("big-endian");
    }
  });

  it("knows a Collector's frame of JSON", () => {
    expect(detectFormat(bigEndianFrame(Buffer.from('{"resourceSpans":[]}')))).toBe("big-endian");
    expect(detectFormat(otlpMessage().subarray(0, 40))).toBe("message");
  });
});
