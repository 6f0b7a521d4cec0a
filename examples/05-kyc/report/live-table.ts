import { VARIANTS } from "../messages.ts";
import type { Variant } from "../messages.ts";
import type { RunRecord, RunRecorder } from "../metrics/run-record.ts";
import { phaseAt } from "../scenario.ts";
import type { PhaseName, Phases } from "../scenario.ts";
import { paint } from "./paint.ts";

const WINDOW_MS = 2_000;

const HEADER = " useful/s  wasted/s  queue  locked out  persons in time";

/** Both runs at one glance, a line every two seconds: lines stay, so that the course of the run can be read back. */
export class LiveTable {
  readonly #phases: Phases;
  readonly #recorders: Readonly<Record<Variant, RunRecorder>>;
  readonly #print: (line: string) => void;

  constructor(
    phases: Phases,
    recorders: Readonly<Record<Variant, RunRecorder>>,
    print: (line: string) => void,
  ) {
    this.#phases = phases;
    this.#recorders = recorders;
    this.#print = print;
  }

  header(): void {
    this.#print(
      paint(
        "bold",
        `\n                 │ without Headway${" ".repeat(HEADER.length - 15)}│ with Headway`,
      ),
    );
    this.#print(paint("dim", `   time  phase   │${HEADER} │${HEADER}  held back  Headway says`));
  }

  row(atMs: number): void {
    const phase = phaseAt(this.#phases, atMs - 1);
    const time = `${(atMs / 1_000).toFixed(0).padStart(5)} s  ${paintPhase(phase)}`;
    const [without, withHeadway] = VARIANTS.map((variant) => this.#recorders[variant].take());
    const held = withHeadway!.fleet.at(-1);
    const heldBack = String((held?.held ?? 0) + (held?.postponed ?? 0)).padStart(9);
    const said = withHeadway!.decisions.at(-1)?.text ?? "";
    this.#print(
      `${time}│${cells(without!, atMs)} │${cells(withHeadway!, atMs)}  ${heldBack}  ${paint("dim", said)}`,
    );
  }
}

function paintPhase(phase: PhaseName): string {
  return phase === "fault" ? paint("red", "fault   ") : paint("green", phase.padEnd(8));
}

function cells(record: RunRecord, atMs: number): string {
  const ended = record.attempts.filter(
    (attempt) => attempt.endMs >= atMs - WINDOW_MS && attempt.endMs < atMs,
  );
  const useful = ended.filter((attempt) => attempt.outcome === "ok").length;
  const rate = (count: number): string => (count / (WINDOW_MS / 1_000)).toFixed(0);
  const provider = record.provider.at(-1);
  // Of persons whose case is settled: done in time, or past its deadline.
  const persons = record.planned.filter(
    (planned) => planned.priority === 1 && planned.deadlineMs <= atMs,
  ).length;
  const personsDone = record.workflows.filter(
    (workflow) => workflow.priority === 1 && workflow.end === "done" && workflow.deadlineMs <= atMs,
  ).length;
  const wasted = rate(ended.length - useful);
  const locked = String(provider?.clientsLocked ?? 0);
  return [
    rate(useful).padStart(9),
    paint(wasted === "0" ? "dim" : "red", wasted.padStart(10)),
    String(provider?.queueLength ?? 0).padStart(7),
    paint(locked === "0" ? "dim" : "red", locked.padStart(12)),
    `${personsDone}/${persons}`.padStart(17),
  ].join("");
}
