import { ExponentialHistogram } from "./histogram.ts";
import { visitOpenAttempts } from "./open-attempts.ts";
import type { OpenWork } from "./open-attempts.ts";
import type { Priority } from "./priority.ts";
import type { SignalPoint } from "./report.ts";

interface Count {
  readonly dependency: string;
  readonly priority: Priority;
  count: number;
}

/**
 * What is open at the end of a window: counted then, not kept up to date between, so that a span that learns late what it
 * is needs no correction.
 */
export class Census {
  readonly #limit: number;
  #before = new Map<string, Count>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  flush(points: SignalPoint[], work: OpenWork, nowMs: number): void {
    const counts = new Map<string, Count>();
    const ages = new Map<string, ExponentialHistogram>();
    visitOpenAttempts(work, (dependency, priority, startMs) => {
      this.#count(counts, dependency, priority);
      this.#age(ages, dependency)?.record(Math.max(0, nowMs - startMs) / 1000);
    });
    this.#push(points, counts);
    for (const [dependency, age] of ages) {
      points.push({
        signal: "headway.attempt.active.age",
        attributes: { dependency },
        value: age.data(),
      });
    }
  }

  #age(
    ages: Map<string, ExponentialHistogram>,
    dependency: string,
  ): ExponentialHistogram | undefined {
    let age = ages.get(dependency);
    if (age === undefined && ages.size < this.#limit) {
      age = new ExponentialHistogram();
      ages.set(dependency, age);
    }
    return age;
  }

  #count(counts: Map<string, Count>, dependency: string, priority: Priority): void {
    const key = `${priority}${dependency}`;
    const known = counts.get(key);
    if (known !== undefined) known.count += 1;
    else if (counts.size < this.#limit) counts.set(key, { dependency, priority, count: 1 });
  }

  #push(points: SignalPoint[], counts: Map<string, Count>): void {
    for (const { dependency, priority, count } of counts.values()) {
      points.push({
        signal: "headway.attempt.active",
        attributes: { dependency, priority },
        value: count,
      });
    }
    // A gauge that was told stands until it is told again, so one zero ends it.
    for (const [key, { dependency, priority }] of this.#before) {
      if (!counts.has(key))
        points.push({
          signal: "headway.attempt.active",
          attributes: { dependency, priority },
          value: 0,
        });
    }
    this.#before = counts;
  }
}
