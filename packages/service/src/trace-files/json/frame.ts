import type { FinishedSpanView } from "@headway/core/signals";
import { AttributeValues } from "./attribute-values.ts";
import type { SpanSink } from "../span-sink.ts";
import { JaegerTrace } from "./jaeger-trace.ts";
import type { Mutable } from "./otlp-span.ts";
import { ZipkinTrace } from "./zipkin-trace.ts";

/** One container that is open. `isFirst` until something was read in it. */
interface Opened {
  isFirst: boolean;
}

/** A list of documents: an array at the top, or Jaeger's `data`. `zipkin` gathers the spans that stand in it. */
export interface DocumentsFrame extends Opened {
  readonly kind: "documents";
  readonly zipkin: ZipkinTrace;
}

/** An object that may turn out to be an export request, Jaeger's answer, one of its traces, or a wrapper of any. */
export interface DocumentFrame extends Opened {
  readonly kind: "document";
  readonly jaeger: JaegerTrace;
  /** Where it begins. */
  readonly line: number;
  /** Whether anything in it was known. */
  isKnown: boolean;
  /** It holds metrics or logs. */
  isOther: boolean;
}

export interface ResourceFrame extends Opened {
  readonly kind: "resource";
  readonly resource: AttributeValues;
  isResourceKnown: boolean;
  /** Spans that wait for the resource, or for their scope's name: keys may stand in any order. */
  readonly held: Mutable<FinishedSpanView>[];
}

export interface ScopeFrame extends Opened {
  readonly kind: "scope";
  readonly above: ResourceFrame;
  scope: string;
  isScopeKnown: boolean;
  /** Where the spans of this scope begin among those that are held. */
  readonly heldFrom: number;
}

export interface ListFrame extends Opened {
  readonly kind: "resources";
}

export interface ScopesFrame extends Opened {
  readonly kind: "scopes";
  readonly above: ResourceFrame;
}

export interface SpansFrame extends Opened {
  readonly kind: "spans";
  readonly above: ScopeFrame;
}

export interface JaegerFrame extends Opened {
  readonly kind: "jaeger-spans" | "jaeger-processes";
  readonly jaeger: JaegerTrace;
}

export type Frame =
  | DocumentsFrame
  | DocumentFrame
  | ListFrame
  | ResourceFrame
  | ScopesFrame
  | ScopeFrame
  | SpansFrame
  | JaegerFrame;

export function documentsFrame(sink: SpanSink): DocumentsFrame {
  return { kind: "documents", isFirst: true, zipkin: new ZipkinTrace(sink) };
}

export function documentFrame(sink: SpanSink, line: number): DocumentFrame {
  return {
    kind: "document",
    isFirst: true,
    jaeger: new JaegerTrace(sink),
    line,
    isKnown: false,
    isOther: false,
  };
}

export function resourceFrame(): ResourceFrame {
  return {
    kind: "resource",
    isFirst: true,
    resource: new AttributeValues(),
    isResourceKnown: false,
    held: [],
  };
}

export function scopeFrame(above: ResourceFrame): ScopeFrame {
  return {
    kind: "scope",
    isFirst: true,
    above,
    scope: "",
    isScopeKnown: false,
    heldFrom: above.held.length,
  };
}
