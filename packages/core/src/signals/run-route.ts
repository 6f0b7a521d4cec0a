import type { AgentCount, DependencyCell } from "./dependency-cell.ts";
import type { Identity } from "./identity.ts";
import { cleanName } from "./name.ts";
import type { Pair } from "./pair-counts.ts";
import type { RunStart } from "./run.ts";
import { identityOfRun } from "./run-identity.ts";
import type { SignalWindow } from "./signal-window.ts";
import { trailOf, type TraceState, type Trail } from "./traces.ts";

/** Where runs are counted, looked up once a window. */
interface RunPlaces {
  cell: DependencyCell;
  attempts: AgentCount;
  edge: Pair;
  transition: Pair | undefined;
  /** The window that these are of; -1 where one of them is over a bound, which is told of each run anew. */
  epoch: number;
}

/** What all lone runs of one agent to one dependency and operation share. */
export interface RunRoute extends RunPlaces {
  readonly dependencyGiven: string;
  readonly operationGiven: string | undefined;
  readonly agentGiven: string;
  readonly identity: Identity;
  readonly agent: string;
  /** What a repetition compares. */
  readonly symbol: string;
  trail: Trail;
  /** Where the transition is from. */
  from: string;
}

/** Routes by their names. With too many it starts anew, which costs each route one slow start. */
export class RunRoutes {
  readonly #window: SignalWindow;
  readonly #trace: TraceState;
  readonly #limit: number;
  readonly #routes = new Map<string, Map<string, RunRoute>>();
  #size = 0;
  #last: RunRoute | undefined;

  /** `trace`: the unit of work that runs without one are put in order in. */
  constructor(window: SignalWindow, trace: TraceState, limit: number) {
    this.#window = window;
    this.#trace = trace;
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  of(start: RunStart, agent: string): RunRoute {
    const { dependency, operation } = start;
    const last = this.#last;
    // Calls come in series, and equal names are mostly the same string.
    if (
      last?.dependencyGiven === dependency &&
      last.agentGiven === agent &&
      last.operationGiven === operation
    )
      return last;
    const key = operation === undefined ? agent : `${agent}\n${operation}`;
    const route = this.#routes.get(dependency)?.get(key) ?? this.#add(start, agent, key);
    this.#last = route;
    return route;
  }

  /** Counts one that starts: its attempt, its edge, and its place after what its agent called before. */
  count(route: RunRoute): void {
    if (route.epoch !== this.#window.epoch) Object.assign(route, this.#placesOf(route));
    const { identity } = route;
    const trail = this.trailOf(route);
    route.attempts.attempts += 1;
    route.edge.count += 1;
    const from = trail.dependencyLast;
    if (from !== "") this.#transition(route, from).count += 1;
    trail.dependencyLast = identity.dependency;
  }

  trailOf(route: RunRoute): Trail {
    if (route.trail.isForgotten) route.trail = trailOf(this.#trace, route.agent);
    return route.trail;
  }

  /** Where one is counted that ends, maybe in a later window than it started in. */
  cellOf({ cell, epoch, identity }: RunRoute): DependencyCell {
    return epoch === this.#window.epoch ? cell : this.#window.cell(identity.dependency);
  }

  #transition(route: RunRoute, from: string): Pair {
    if (route.transition !== undefined && route.from === from) return route.transition;
    const { transitions } = this.#window;
    const pair = transitions.pair(from, route.identity.dependency);
    route.transition = transitions.isOver(pair) ? undefined : pair;
    route.from = from;
    return pair;
  }

  #placesOf({ agent, identity: { dependency } }: Pick<RunRoute, "agent" | "identity">): RunPlaces {
    const { edges, epoch } = this.#window;
    const cell = this.#window.cell(dependency);
    const attempts = cell.agentCount(agent);
    const edge = edges.pair(agent, dependency);
    const isOver = this.#window.isOver(cell) || cell.isOver(attempts) || edges.isOver(edge);
    return { cell, attempts, edge, transition: undefined, epoch: isOver ? -1 : epoch };
  }

  #add(start: RunStart, agentGiven: string, key: string): RunRoute {
    if (this.#size >= this.#limit) {
      this.#routes.clear();
      this.#size = 0;
    }
    const identity = identityOfRun(start);
    const agent = cleanName(agentGiven);
    const route: RunRoute = {
      dependencyGiven: start.dependency,
      operationGiven: start.operation,
      agentGiven,
      identity,
      agent,
      symbol: `${identity.dependency}\n${identity.operation}`,
      trail: trailOf(this.#trace, agent),
      ...this.#placesOf({ agent, identity }),
      from: "",
    };
    let row = this.#routes.get(start.dependency);
    if (row === undefined) {
      row = new Map();
      this.#routes.set(start.dependency, row);
    }
    row.set(key, route);
    this.#size += 1;
    return route;
  }
}
