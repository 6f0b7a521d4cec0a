/** What a command may touch, so that a test can hand in its own. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Paths are relative to it. */
  readonly directory: string;
}

export interface Flag {
  readonly name: string;
  /** Absent: the flag takes no value. */
  readonly argument?: string;
  readonly help: string;
}

export interface Invocation {
  /** What stands after the command and is no flag. */
  readonly operands: readonly string[];
  has(flag: string): boolean;
  /** The last value that a flag was given. */
  text(flag: string): string | undefined;
  texts(flag: string): readonly string[];
  /** A whole number of at least one. */
  count(flag: string, fallback: number): number;
}

export interface Command {
  readonly name: string;
  /** What follows the name, as `FILE`; absent where only flags do. */
  readonly operands?: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** The exit code. */
  run(invocation: Invocation, terminal: Terminal): Promise<number>;
}
