/** One tally a name; names beyond the bound share one, which is in no table. */
export class Tallies<Tally> {
  readonly #limit: number;
  readonly #create: (name: string) => Tally;
  readonly #byName = new Map<string, Tally>();
  readonly over: Tally;
  #lastName: string | undefined;
  #last: Tally;
  leftOut = 0;

  constructor(limit: number, create: (name: string) => Tally) {
    this.#limit = limit;
    this.#create = create;
    this.over = create("others");
    this.#last = this.over;
  }

  get size(): number {
    return this.#byName.size;
  }

  of(name: string): Tally {
    if (name === this.#lastName) return this.#last;
    let tally = this.#byName.get(name);
    if (tally === undefined) {
      if (this.#byName.size >= this.#limit) {
        this.leftOut += 1;
        return this.over;
      }
      tally = this.#create(name);
      this.#byName.set(name, tally);
    }
    this.#lastName = name;
    this.#last = tally;
    return tally;
  }

  known(name: string): Tally | undefined {
    return this.#byName.get(name);
  }

  all(): readonly Tally[] {
    return [...this.#byName.values()];
  }
}
