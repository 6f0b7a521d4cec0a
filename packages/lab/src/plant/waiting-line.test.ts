import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WaitingLine } from "./waiting-line.ts";
import type { Waiting } from "./waiting-line.ts";

interface Person extends Waiting<Person> {
  readonly id: number;
}

describe("a waiting line", () => {
  it("lets go of those who leave: they hold nobody, and may join again", () => {
    const line = new WaitingLine<Person>();
    const people = [1, 2, 3].map((id): Person => ({ id, ahead: undefined, behind: undefined }));
    for (const person of people) line.join(person);
    line.leave(people[1]!);
    expect(people[1]).toEqual({ id: 2, ahead: undefined, behind: undefined });
    line.join(people[1]!);
    expect([line.next()?.id, line.next()?.id, line.next()?.id]).toEqual([1, 3, 2]);
  });

  it("agrees with a list, whoever joins, is next, or leaves from anywhere", () => {
    const step = fc.oneof(
      fc.constant("join" as const),
      fc.constant("next" as const),
      fc.nat().map((place) => ({ place })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const line = new WaitingLine<Person>();
        const list: Person[] = [];
        for (const [id, step] of steps.entries()) {
          if (step === "join") {
            const person = { id, ahead: undefined, behind: undefined };
            line.join(person);
            list.push(person);
          } else if (step === "next") expect(line.next()?.id).toBe(list.shift()?.id);
          else if (list.length > 0) line.leave(list.splice(step.place % list.length, 1)[0]!);
          expect(line.length).toBe(list.length);
        }
        while (list.length > 0) expect(line.next()?.id).toBe(list.shift()!.id);
        expect(line.next()).toBeUndefined();
      }),
    );
  });
});
