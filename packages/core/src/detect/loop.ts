import { isFailure } from "../signals/failures.ts";
import { CYCLES_MIN } from "../signals/repeat.ts";
import type { DependencyWindow, Repeated } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";

/** Memory of how usual repetition is here, in agents seen. */
const DECAY = 1 - 1 / 500;
/** Agents seen before the usual share is this dependency's own. */
const AGENTS_MIN = 50;
/** From half of the agents on, repetition is how the dependency is used (polling), and only unusually long ones are loops. */
const POLLING_SHARE = 0.5;
const AGENTS_SHOWN = 10;

/**
 * Says that an agent repeats itself to no end: it is in a repetition of period 1 to 4, the same outcome each time, that is no
 * chance (the signal begins only there, see `signals/repeat.ts`), and either
 *
 *     it fails each time (error, timeout, throttled), evenly spaced or with arguments that a digest says are the same, or
 *     it works each time, evenly spaced, and a digest says that the arguments are the same.
 *
 * A repetition that works, with arguments that nobody compared, is none: from the outside a poller, a batch worker and a loop
 * look the same, and two of the three are somebody's work. Published agent traces agree: names of operations alone flag
 * 38 % of the runs that went well, the same arguments three times over 10 %.
 *
 * Where half of the agents or more repeat themselves while all works, repetition is how the dependency is used: then a loop must
 * also exceed twice the usual length there, so that pollers are none when what they poll fails.
 *
 * A window without a repetition is normal, even where the agent did nothing at all: an agent that is held back gives no sign that its
 * loop is over. The detection resolves, one call goes through, and if the loop goes on it is found again.
 */
export class Loop implements Detector {
  readonly kind = "loop";
  #s = { agents: 0, repeating: 0, cycles: 0 };

  observe({ repeats, agentAttempts }: DependencyWindow): Finding {
    const usual = this.#s;
    const isPolled = usual.agents >= AGENTS_MIN && usual.repeating / usual.agents >= POLLING_SHARE;
    const cyclesUsual = usual.repeating > 0 ? usual.cycles / usual.repeating : 0;
    const threshold = isPolled ? Math.max(CYCLES_MIN, 2 * cyclesUsual) : CYCLES_MIN;
    const loops = longestByAgent(repeats.filter(isAimless)).filter(
      ({ cycles }) => cycles >= threshold,
    );
    const looping = new Set(loops.map(({ agent }) => agent));
    this.#learn(
      longestByAgent(repeats.filter(({ outcome }) => outcome === "ok")).filter(
        ({ agent }) => !isPolled || !looping.has(agent),
      ),
      agentAttempts.size,
    );
    const longest = loops[0];
    return longest === undefined
      ? { state: "normal" }
      : abnormal(longest, loops, { threshold, isPolled });
  }

  state(): unknown {
    return { usual: { ...this.#s } };
  }

  restore(state: unknown): void {
    const usual = numbersOf(memberOf(state, "usual"), ["agents", "repeating", "cycles"]);
    if (usual) this.#s = usual;
  }

  #learn(repeating: readonly Repeated[], active: number): void {
    const decay = DECAY ** active;
    const cycles = repeating.reduce((sum, repeated) => sum + repeated.cycles, 0);
    this.#s = {
      agents: this.#s.agents * decay + Math.max(active, repeating.length),
      repeating: this.#s.repeating * decay + repeating.length,
      cycles: this.#s.cycles * decay + cycles,
    };
  }
}

function isAimless({ outcome, hasDigest, cycles }: Repeated): boolean {
  return cycles >= CYCLES_MIN && (isFailure(outcome) || (outcome === "ok" && hasDigest));
}

/** Longest first, one for each agent. */
function longestByAgent(repeats: readonly Repeated[]): readonly Repeated[] {
  const longest = new Map<string, Repeated>();
  for (const repeated of repeats) {
    const { agent, cycles } = repeated;
    if (cycles > (longest.get(agent)?.cycles ?? 0)) longest.set(agent, repeated);
  }
  return [...longest.values()].sort((a, b) => b.cycles - a.cycles);
}

function abnormal(
  longest: Repeated,
  loops: readonly Repeated[],
  { threshold, isPolled }: { readonly threshold: number; readonly isPolled: boolean },
): Finding {
  const { agent, cycles, outcome } = longest;
  const others = loops.length > 1 ? `; ${loops.length - 1} more agents do` : "";
  return {
    state: "abnormal",
    severity: 1 - CYCLES_MIN / (cycles + CYCLES_MIN),
    summary: `${agent} repeats itself ${cycles} times, ${howOf(longest)}${others}`,
    evidence: {
      agent,
      cycles,
      outcome,
      threshold,
      agents: loops.slice(0, AGENTS_SHOWN).map((loop) => loop.agent),
      agentsLooping: loops.length,
      isPolled,
    },
    agent,
  };
}

function howOf({ outcome, hasDigest }: Repeated): string {
  if (outcome === "ok") return "evenly and with the same arguments";
  return hasDigest ? `with the same arguments, to ${outcome}` : `evenly, to ${outcome}`;
}
