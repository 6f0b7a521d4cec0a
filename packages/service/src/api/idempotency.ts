import { createHash } from "node:crypto";

export interface IdempotencyOptions {
  /** Keys remembered; over it the one unused for longest goes. */
  readonly keysMax: number;
  /** How long a key is bound to its first body. */
  readonly ttlMs: number;
}

export interface Kept<Answer> {
  readonly answer: Answer;
  /** After this the same question is a new one. */
  readonly validUntilMs: number;
}

export type Recall<Answer> =
  | { readonly state: "fresh"; readonly answer: Promise<Kept<Answer>> }
  | { readonly state: "replayed"; readonly answer: Promise<Kept<Answer>> }
  | { readonly state: "conflict" };

interface Entry<Answer> {
  readonly body: string;
  readonly untilMs: number;
  validUntilMs: number;
  answer: Promise<Kept<Answer>>;
}

/**
 * Answers by idempotency key: a caller that asks again, because our first answer got lost, gets the same one. Asked
 * again while the first is still being found, it waits for that one.
 */
export class Idempotency<Answer> {
  readonly #options: IdempotencyOptions;
  /** In order of use, oldest first: a Map keeps the order of insertion, and use inserts anew. */
  readonly #entries = new Map<string, Entry<Answer>>();

  constructor(options: IdempotencyOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  recall(
    key: string,
    body: unknown,
    nowMs: number,
    find: () => Promise<Kept<Answer>>,
  ): Recall<Answer> {
    const digest = digestOf(body);
    const known = this.#live(key, nowMs);
    if (known !== undefined && known.body !== digest) return { state: "conflict" };
    this.#entries.delete(key);
    if (known !== undefined && known.validUntilMs > nowMs) {
      this.#entries.set(key, known);
      return { state: "replayed", answer: known.answer };
    }
    return { state: "fresh", answer: this.#keep(key, digest, nowMs, find) };
  }

  #keep(
    key: string,
    body: string,
    nowMs: number,
    find: () => Promise<Kept<Answer>>,
  ): Promise<Kept<Answer>> {
    const untilMs = nowMs + this.#options.ttlMs;
    const entry: Entry<Answer> = { body, untilMs, validUntilMs: untilMs, answer: find() };
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#options.keysMax && !oldest.done)
      this.#entries.delete(oldest.value);
    entry.answer.then(
      ({ validUntilMs }) => (entry.validUntilMs = Math.min(validUntilMs, untilMs)),
      // A question that failed was not answered, so asking again asks anew.
      () => this.#entries.get(key) === entry && this.#entries.delete(key),
    );
    return entry.answer;
  }

  #live(key: string, nowMs: number): Entry<Answer> | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.untilMs > nowMs ? entry : undefined;
  }
}

/** Only a digest is kept: two bodies are compared, never looked at again. */
function digestOf(body: unknown): string {
  return createHash("sha256").update(canonical(body)).digest("base64url");
}

/** The same fields in another order are the same question. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join()}}`;
}
