import type { Planned } from "../simulation/event-queue.ts";
import type { Answer, Sent, ServiceRequest } from "./plant.ts";
import type { Waiting } from "./waiting-line.ts";

export type JobState =
  /** In the queue. */
  | "waiting"
  /** On a server: at work, or waiting there for the answer to an inner call. */
  | "serving"
  /** Answered without a server, after a moment: an error, a throttle. */
  | "refused"
  /** Never to be answered. */
  | "hung"
  | "over";

/** One request at a dependency, from its arrival to its answer. */
export class Job implements Sent, Waiting<Job> {
  readonly request: ServiceRequest;
  readonly answer: (answer: Answer) => void;
  readonly #abandon: (job: Job) => void;
  state: JobState = "waiting";
  isGivenUp = false;
  /** What ends it, or its own work. */
  planned: Planned | undefined = undefined;
  /** How many inner calls it has begun, and the one that is under way. */
  innerCalls = 0;
  inner: Sent | undefined = undefined;
  ahead: Job | undefined = undefined;
  behind: Job | undefined = undefined;

  constructor(
    request: ServiceRequest,
    answer: (answer: Answer) => void,
    abandon: (job: Job) => void,
  ) {
    this.request = request;
    this.answer = answer;
    this.#abandon = abandon;
  }

  giveUp(): void {
    this.#abandon(this);
  }
}
