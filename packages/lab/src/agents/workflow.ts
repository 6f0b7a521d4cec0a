import type { Random } from "@headway/core";
import { exponential } from "../simulation/random.ts";
import type { StepSpec } from "../scenario/scenario.ts";
import type { CallContext, Target } from "./call-try.ts";
import type { Caller } from "./caller.ts";
import type { WorkflowFacts } from "./observer.ts";
import type { RetryLayers } from "./retry-layers.ts";

/** A workflow under way. */
export interface Workflow extends WorkflowFacts {
  readonly agent: string;
  /** Its own: whatever happens to other workflows, its pauses stay the same. */
  readonly random: () => Random;
}

export type Done = (ok: boolean) => void;

/** A step made ready to run. It says once, at once or later, whether it has succeeded; at the workflow's deadline at the latest. */
export type Step = (workflow: Workflow, done: Done) => void;

export interface StepMakerOptions {
  readonly caller: Caller;
  readonly layers: RetryLayers;
}

export function createStep(spec: StepSpec, options: StepMakerOptions): Step {
  const create = (spec: StepSpec): Step => createStep(spec, options);
  switch (spec.kind) {
    case "call": {
      const { dependency, fallback, operation, optional } = spec;
      const targets = [dependency, ...fallback].map((id) => options.caller.targetOf(id));
      const call = callStep(targets, operation, options);
      return optional ? forgiving(call, options.caller) : call;
    }
    case "all":
      return all(spec.steps.map(create));
    case "sequence":
      return sequence(spec.steps.map(create));
    case "pause":
      return pause(spec.meanMs, options.caller);
    case "repeat":
      return repeat(create(spec.step), spec.times, spec.while);
  }
}

/** One after the other; the first that fails ends it. */
export function sequence(steps: readonly Step[]): Step {
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return only;
  const from = (at: number, workflow: Workflow, done: Done): void => {
    const step = steps[at];
    if (step === undefined) done(true);
    else
      step(workflow, (ok) => {
        if (ok) from(at + 1, workflow, done);
        else done(false);
      });
  };
  return (workflow, done) => from(0, workflow, done);
}

function all(steps: readonly Step[]): Step {
  return (workflow, done) => {
    let open = steps.length;
    let good = true;
    const ended = (ok: boolean): void => {
      open -= 1;
      good &&= ok;
      if (open === 0) done(good);
    };
    if (open === 0) done(true);
    else for (const step of steps) step(workflow, ended);
  };
}

function repeat(step: Step, times: number, whilst: "failing" | "always"): Step {
  const again = (left: number, workflow: Workflow, done: Done): void =>
    step(workflow, (ok) => {
      const isOver = left <= 1 || (ok && whilst === "failing");
      if (isOver) done(ok);
      else again(left - 1, workflow, done);
    });
  return (workflow, done) => again(times, workflow, done);
}

/** The agent thinks, or uses something that is none of our dependencies. */
function pause(meanMs: number, { events }: Caller): Step {
  return (workflow, done) => {
    const endMs = events.nowMs + exponential(workflow.random(), meanMs);
    const isLate = endMs > workflow.deadlineMs;
    events.at(isLate ? workflow.deadlineMs : endMs, () => done(!isLate));
  };
}

function callStep(
  targets: readonly Target[],
  operation: string,
  { caller, layers }: StepMakerOptions,
): Step {
  const [first, ...rest] = targets;
  if (first === undefined) return (_, done) => done(false);
  if (rest.length === 0)
    return (workflow, done) => {
      caller.call(first, contextOf(workflow, operation), layers, done);
    };
  const fallback = callStep(rest, operation, { caller, layers });
  return (workflow, done) => {
    const context = { ...contextOf(workflow, operation), hasFallback: true };
    caller.call(first, context, layers, (ok) => {
      if (ok) done(true);
      else fallback(workflow, done);
    });
  };
}

function contextOf(workflow: Workflow, operation: string): CallContext {
  const { process, agent, id, priority, deadlineMs } = workflow;
  return { process, agent, workflow: id, operation, priority, deadlineMs, parent: undefined };
}

/** Succeeds whatever becomes of the step, as long as there is time left: nobody waits for what goes on without it after the deadline. */
function forgiving(step: Step, { events }: Caller): Step {
  return (workflow, done) => step(workflow, (ok) => done(ok || events.nowMs < workflow.deadlineMs));
}
