import type { Screen } from "./screen.ts";

/** What a command may touch, so that a test can hand in its own. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Aborted when the user or the system wants the command to end. */
  readonly signal: AbortSignal;
  /** Absent where nobody looks at a terminal: output goes to a file, or to another program. */
  readonly screen?: Screen;
  /** Writes over one line of standard error; absent where that is no terminal. An empty text clears it. */
  readonly progress?: (text: string) => void;
}

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface Invocation {
  readonly flags: Flags;
  /** What stands after the command and is no flag. */
  readonly operands: readonly string[];
}

export interface CommandFlag {
  readonly name: string;
  /** Absent: the flag takes no value. */
  readonly argument?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** What follows the name, as `FILE`. */
  readonly operands?: string;
  readonly summary: string;
  readonly flags: readonly CommandFlag[];
  /** What follows is another program's command line: all of it is given as operands, unread. */
  readonly isPassedOn?: boolean;
  /** The exit code. */
  run(invocation: Invocation, terminal: Terminal): Promise<number>;
}
