/** What can stand in a line: it carries its own links, so that whoever gives up leaves from the middle at no cost. */
export interface Waiting<Self> {
  ahead: Self | undefined;
  behind: Self | undefined;
}

/** First come, first served. */
export class WaitingLine<Item extends Waiting<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;
  length = 0;

  join(item: Item): void {
    item.ahead = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.behind = item;
    this.#last = item;
    this.length += 1;
  }

  next(): Item | undefined {
    const first = this.#first;
    if (first !== undefined) this.leave(first);
    return first;
  }

  /** Of one that stands in this line. */
  leave(item: Item): void {
    const { ahead, behind } = item;
    if (ahead === undefined) this.#first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#last = ahead;
    else behind.ahead = ahead;
    item.ahead = undefined;
    item.behind = undefined;
    this.length -= 1;
  }
}
