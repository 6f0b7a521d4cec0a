/** Names by number, so that rows of numbers can be kept of them. Bounded: what is over is `undefined`, and counted. */
export class Names {
  readonly #limit: number;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  leftOut = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#names.length;
  }

  numberOf(name: string): number | undefined {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= this.#limit) {
      this.leftOut += 1;
      return undefined;
    }
    this.#names.push(name);
    this.#numbers.set(name, this.#names.length - 1);
    return this.#names.length - 1;
  }

  nameOf(number: number): string {
    return this.#names[number] ?? "";
  }
}
