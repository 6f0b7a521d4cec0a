/** A request that brought nothing: in a sentence, for the user. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** An answer that is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

export interface HttpReaderOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** For the answer's beginning, and then for each piece of it. */
  readonly silenceMsMax?: number;
  readonly bytesMax?: number;
}

const SILENCE_MS_MAX = 30_000;
const BYTES_MAX = 2 ** 30;
const SMALL_BYTES_MAX = 16 * 2 ** 20;

/** Asks for what stands at a URL, with a limit on silence and on size. */
export class HttpReader {
  readonly #options: HttpReaderOptions;
  readonly #silenceMsMax: number;
  readonly #bytesMax: number;

  constructor(options: HttpReaderOptions) {
    this.#options = options;
    this.#silenceMsMax = options.silenceMsMax ?? SILENCE_MS_MAX;
    this.#bytesMax = options.bytesMax ?? BYTES_MAX;
  }

  /** The answer's bytes as they come, decompressed. */
  async *chunks(
    url: URL,
    { accept = "application/json", bytesMax = this.#bytesMax } = {},
  ): AsyncGenerator<Uint8Array> {
    const ending = new AbortController();
    const { signal } = this.#options;
    const silence = new Silence(this.#silenceMsMax, ending);
    try {
      const response = await this.#options.fetch(withoutPassword(url), {
        headers: { accept, ...basicAuthorization(url), ...this.#options.headers },
        signal: signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]),
      });
      if (!response.ok) throw new Unreadable(`the server answered ${response.status}`);
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > bytesMax) throw new TooLarge(`an answer is larger than ${bytesMax} bytes`);
        silence.broken();
        yield chunk;
      }
    } catch (error) {
      if (error instanceof Unreadable || error instanceof TooLarge) throw error;
      if (silence.isOver) throw new Unreadable(`no answer for ${this.#silenceMsMax / 1000} s`);
      throw new Unreadable(`the connection failed${codeOf(error)}`);
    } finally {
      silence.end();
      ending.abort();
    }
  }

  async bytes(url: URL, options: { accept?: string; bytesMax?: number } = {}): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks(url, options)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** A small answer: a list of names. Undefined where it is no JSON. */
  async json(url: URL): Promise<unknown> {
    const bytes = await this.bytes(url, { bytesMax: SMALL_BYTES_MAX });
    try {
      return JSON.parse(bytes.toString("utf8"));
    } catch {
      return undefined;
    }
  }
}

/** Ends a request that nothing was heard of for too long. */
class Silence {
  isOver = false;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, ending: AbortController) {
    this.#timer = setTimeout(() => {
      this.isOver = true;
      ending.abort();
    }, ms).unref();
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** `fetch` refuses a URL with a password in it. */
function withoutPassword(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare;
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** `fetch` says only that it failed; why is in its cause. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? `: ${cause.code}`
    : "";
}
