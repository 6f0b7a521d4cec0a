import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { AttemptOutcome } from "../messages.ts";
import type { Check, PlannedWorkflow } from "./arrivals.ts";
import { Postponed } from "./gate.ts";
import type { Gate } from "./gate.ts";
import { AttemptFailed, requestCheck } from "./identity-client.ts";
import type { IdentityClientOptions } from "./identity-client.ts";
import type { Records } from "./records.ts";
import { withRetries } from "./retry.ts";

/** A case under way. `checksDone` outlives being put back: nothing that was done is done again. */
export interface Workflow {
  readonly planned: PlannedWorkflow;
  checksDone: number;
  calls: number;
  attempts: number;
  notBeforeMs: number;
}

/** What an agent works with. */
export interface Desk {
  readonly gate: Gate;
  readonly identity: IdentityClientOptions;
  readonly attemptsMax: number;
  readonly random: () => number;
  readonly records: Records;
  /** Milliseconds since the start of the run. */
  readonly elapsedMs: () => number;
}

export type WorkflowResult =
  | { readonly end: "done" }
  | { readonly end: "failed"; readonly cause: AttemptOutcome }
  | { readonly end: "postponed"; readonly retryAfterMs: number };

const TOOL = "idp_lookup";

const tracer = trace.getTracer("kyc");

/** One agent's work on one case: from where it stands to its end, or to "later". */
export class CaseWork {
  readonly #workflow: Workflow;
  readonly #agent: string;
  readonly #desk: Desk;
  /** One signal for the whole case: what its deadline ends, it ends everywhere at once. */
  readonly #signal: AbortSignal;

  constructor(workflow: Workflow, agent: string, desk: Desk) {
    this.#workflow = workflow;
    this.#agent = agent;
    this.#desk = desk;
    this.#signal = AbortSignal.timeout(Math.max(1, Math.ceil(this.#msLeft())));
  }

  perform(): Promise<WorkflowResult> {
    const attributes = {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": this.#agent,
    };
    return inSpan(`invoke_agent ${this.#agent}`, attributes, async () => {
      const { planned } = this.#workflow;
      while (this.#workflow.checksDone < planned.checks.length) {
        await this.#perform(planned.checks[this.#workflow.checksDone]!);
        this.#workflow.checksDone += 1;
      }
    }).then(
      () => ({ end: "done" }),
      (error: unknown) => this.#resultOf(error),
    );
  }

  #perform(check: Check): Promise<void> {
    const { attemptsMax, random } = this.#desk;
    return withRetries({ attemptsMax, random, signal: this.#signal }, (number) =>
      this.#attempt(check, number),
    );
  }

  #attempt(check: Check, number: number): Promise<void> {
    const { gate, records, elapsedMs } = this.#desk;
    const { id, priority } = this.#workflow.planned;
    const call = {
      operation: check,
      workflow: id,
      agent: this.#agent,
      priority,
      deadlineMs: this.#msLeft(),
      signal: this.#signal,
    };
    const askedMs = elapsedMs();
    const cpuAtAsking = process.threadCpuUsage();
    const leaveGate = records.atGate();
    return gate(call, () => {
      leaveGate();
      const { user, system } = process.threadCpuUsage(cpuAtAsking);
      const waitMs = elapsedMs() - askedMs;
      records.admitted({ atMs: askedMs, waitMs, cpuMs: (user + system) / 1_000 });
      const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": TOOL };
      return inSpan(`execute_tool ${TOOL}`, attributes, () => this.#request(check, number));
    }).finally(leaveGate);
  }

  async #request(check: Check, number: number): Promise<void> {
    const { identity, records, elapsedMs } = this.#desk;
    const { priority } = this.#workflow.planned;
    const startMs = elapsedMs();
    this.#workflow.attempts += 1;
    this.#workflow.calls = this.#workflow.checksDone + 1;
    let outcome: AttemptOutcome = "ok";
    try {
      await requestCheck(check, this.#signal, identity);
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      records.attempted({ startMs, endMs: elapsedMs(), priority, number, outcome });
    }
  }

  #resultOf(error: unknown): WorkflowResult {
    if (error instanceof Postponed) return { end: "postponed", retryAfterMs: error.retryAfterMs };
    return { end: "failed", cause: this.#signal.aborted ? "deadline" : outcomeOf(error) };
  }

  #msLeft(): number {
    return this.#workflow.planned.deadlineMs - this.#desk.elapsedMs();
  }
}

function inSpan(
  name: string,
  attributes: Record<string, string>,
  work: () => Promise<void>,
): Promise<void> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      await work();
    } catch (error) {
      // Put back is not failed.
      if (!(error instanceof Postponed)) span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function outcomeOf(error: unknown): AttemptOutcome {
  return error instanceof AttemptFailed ? error.outcome : "broken";
}
