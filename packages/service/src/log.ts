import { nowMs } from "./clock.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** One JSON line an event. Fields are chosen by name at each call; nothing of a request is ever among them. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
}

/** Warnings only, unless told `verbose`. */
export function createLog(
  stream: { write(line: string): unknown },
  options: { readonly verbose: boolean },
): Log {
  const write = (level: string, message: string, fields: LogFields = {}): void => {
    const time = new Date(nowMs()).toISOString();
    stream.write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
  };
  return {
    info: (message, fields) => {
      if (options.verbose) write("info", message, fields);
    },
    warn: (message, fields) => {
      write("warn", message, fields);
    },
  };
}

export const LOG_SILENT: Log = { info: () => {}, warn: () => {} };

/**
 * An error as it may be logged: its name and where it was thrown. Not its message: messages of parsers quote what they
 * could not parse.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    at: frames
      .slice(0, 5)
      .map((frame) => frame.trim())
      .join(" | "),
  };
}
