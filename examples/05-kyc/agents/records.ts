import type {
  AdmissionRecord,
  AgentMessage,
  AttemptRecord,
  HoldRecord,
  WorkflowRecord,
} from "../messages.ts";

/** What happened in this process since it was last told to the run. */
export class Records {
  #attempts: AttemptRecord[] = [];
  #admissions: AdmissionRecord[] = [];
  #holds: HoldRecord[] = [];
  #workflows: WorkflowRecord[] = [];
  #atGate = 0;

  /** A call came to the gate; the returned function says that it left, and may be called twice. */
  atGate(): () => void {
    let isThere = true;
    this.#atGate += 1;
    return () => {
      if (isThere) this.#atGate -= 1;
      isThere = false;
    };
  }

  admitted(record: AdmissionRecord): void {
    this.#admissions.push(record);
  }

  heldBack(atMs: number, waitMs: number): void {
    this.#holds.push({ atMs, waitMs });
  }

  attempted(record: AttemptRecord): void {
    this.#attempts.push(record);
  }

  ended(record: WorkflowRecord): void {
    this.#workflows.push(record);
  }

  /** Calls at the gate now. */
  get held(): number {
    return this.#atGate;
  }

  take(): Pick<AgentMessage, "attempts" | "admissions" | "holds" | "workflows"> {
    const taken = {
      attempts: this.#attempts,
      admissions: this.#admissions,
      holds: this.#holds,
      workflows: this.#workflows,
    };
    this.#attempts = [];
    this.#admissions = [];
    this.#holds = [];
    this.#workflows = [];
    return taken;
  }
}
