/**
 * What a span is to derivation:
 *
 * - `agent`, `workflow`: who calls, and for what; never counted.
 * - `call`: a logical call, which may have any number of physical attempts below it.
 * - `attempt`: a client span of a transport; an attempt of the nearest call above it, or a call of its own.
 * - `session`: a span that lives as long as a connection; what hangs below it is not its work.
 * - `other`: transparent.
 */
export type Layer = "agent" | "workflow" | "call" | "attempt" | "session" | "other";

export interface Identity {
  readonly layer: Layer;
  /** `kind:name`; empty where the layer is neither `call` nor `attempt`. */
  readonly dependency: string;
  /** What is asked of it: `chat`, `execute_tool`, `GET /users/{id}`. Two attempts are of one call only where it is equal. */
  readonly operation: string;
  /** Name of the agent that this span is, or says it belongs to. */
  readonly agent?: string | undefined;
  /** Class of the workflow, if this span is its root. */
  readonly workflow?: string | undefined;
  /** 1 for the first, where the span says so itself. */
  readonly attempt?: number | undefined;
  /** Tries that the span covers besides the last one. */
  readonly hiddenRetries?: number | undefined;
  /** Tells calls apart that are alike in all else; never leaves the process. */
  readonly callId?: string | undefined;
  /** Where attempts are of one call although their parents differ; never leaves the process. */
  readonly lineage?: string | undefined;
  /** Whether transport spans below are this call's attempts. */
  readonly claims?: boolean | undefined;
  /** A new unit of work, whatever is above it: a message taken from a queue. */
  readonly boundary?: boolean | undefined;
  /** Its source does not make its span the active one: transport spans may lie beside it instead of below. */
  readonly detached?: boolean | undefined;
  /** The source records a failure as an exception event only and leaves the status unset. */
  readonly failsByException?: boolean | undefined;
  /** Nothing was recognised: attributes may still come, at the latest when the span ends. */
  readonly weak?: boolean | undefined;
}

export const UNRECOGNISED: Identity = { layer: "other", dependency: "", operation: "", weak: true };

export const TRANSPARENT: Identity = { layer: "other", dependency: "", operation: "" };
