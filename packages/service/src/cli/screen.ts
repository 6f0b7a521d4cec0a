/** A terminal that somebody looks at. */
export interface Screen {
  readonly columns: () => number;
  readonly rows: () => number;
  readonly hasColours: boolean;
  readonly write: (text: string) => void;
  /** Keys and changes of size, until the answer is called. */
  readonly listen: (listener: ScreenListener) => () => void;
}

export interface ScreenListener {
  /** `q`, `up`, `down`, …, as Node's readline names them; `interrupt` for Ctrl-C. */
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
}
