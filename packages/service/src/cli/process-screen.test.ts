import { ReadStream, WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { processScreen } from "./process-screen.ts";

// What a real terminal does is tested in test/watch.test.ts, on one.
describe("the screen of the process", () => {
  const tty = (): [ReadStream, WriteStream] => [
    Object.assign(Object.create(ReadStream.prototype), { isTTY: true }),
    Object.assign(Object.create(WriteStream.prototype), {
      isTTY: true,
      columns: 100,
      rows: 30,
      hasColors: () => true,
    }),
  ];

  it("is there where both ends are a terminal", () => {
    const screen = processScreen(...tty(), { TERM: "xterm-256color" });
    expect(screen).toMatchObject({ hasColours: true });
    expect([screen?.columns(), screen?.rows()]).toEqual([100, 30]);
  });

  it.each([0, 1])("is absent where end %i is none", (end) => {
    const [input, output] = tty();
    (end === 0 ? input : output).isTTY = false;
    expect(processScreen(input, output, {})).toBeUndefined();
  });

  it("is absent where the cursor can't be moved", () => {
    expect(processScreen(...tty(), { TERM: "dumb" })).toBeUndefined();
  });

  it.each([
    ["1", false],
    ["", true],
    [undefined, true],
  ])("with NO_COLOR=%j has colours: %j", (value, hasColours) => {
    expect(processScreen(...tty(), { NO_COLOR: value })?.hasColours).toBe(hasColours);
  });
});
