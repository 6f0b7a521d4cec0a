import { countWord, percentWord } from "../words.ts";

export interface Progress {
  readonly bytesRead: number;
  readonly bytesTotal: number | undefined;
  readonly spans: number;
}

const BAR_WIDTH = 30;
/** Of bytes: often enough to be seen to move, too seldom to cost anything. */
const STEP_BYTES = 4 << 20;

/** One line of standard error that tells how far the reading is; nothing where nobody looks. */
export class ProgressLine {
  readonly #write: ((text: string) => void) | undefined;
  #shownBytes = -1;

  constructor(write: ((text: string) => void) | undefined) {
    this.#write = write;
  }

  show({ bytesRead, bytesTotal, spans }: Progress): void {
    if (this.#write === undefined || bytesRead - this.#shownBytes < STEP_BYTES) return;
    this.#shownBytes = bytesRead;
    const read = `${countWord(bytesRead / 2 ** 20)} MiB, ${countWord(spans)} spans`;
    if (bytesTotal === undefined || bytesTotal === 0) return this.#write(read);
    const share = Math.min(1, bytesRead / bytesTotal);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = "█".repeat(filled) + "·".repeat(BAR_WIDTH - filled);
    this.#write(`${bar} ${percentWord(share)}  ${read}`);
  }

  clear(): void {
    if (this.#shownBytes >= 0) this.#write?.("");
  }
}
