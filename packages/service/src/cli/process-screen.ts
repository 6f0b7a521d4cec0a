import { emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import type { Screen } from "./screen.ts";

interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** Absent where input or output is no terminal, or one that can't move its cursor. */
export function processScreen(
  input: ReadStream,
  output: WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
): Screen | undefined {
  if (!input.isTTY || !output.isTTY || environment["TERM"] === "dumb") return undefined;
  return {
    columns: () => output.columns,
    rows: () => output.rows,
    // As no-color.org says: present and not empty, whatever its value.
    hasColours: (environment["NO_COLOR"] ?? "") === "" && output.hasColors(),
    write: (text) => void output.write(text),
    listen: ({ onKey, onResize }) => {
      const keypress = (_text: string | undefined, { name, ctrl }: Key): void => {
        if (ctrl === true && name === "c") onKey("interrupt");
        else if (name !== undefined) onKey(name);
      };
      emitKeypressEvents(input);
      // Raw: keys come one at a time and are not echoed. Ctrl-C comes as a key, too.
      input.setRawMode(true).on("keypress", keypress).resume();
      output.on("resize", onResize);
      return () => {
        output.off("resize", onResize);
        input.off("keypress", keypress).setRawMode(false).pause();
      };
    },
  };
}
