import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HeadwayError } from "@headway/core";
import { SPAN_KIND, type SpanView } from "@headway/core/signals";

/** A span of a recorded tree: what it was, and when; nothing of what was said. */
export interface RecordedSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly view: SpanView;
}

/** Runs of agents as their frameworks trace them (Langfuse's fixtures), each with its spans in order of their starts. */
export function readSpanTrees(dataFolder: string): readonly (readonly RecordedSpan[])[] {
  const path = join(dataFolder, "agent_span_trees", "traces.json");
  const traces: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!Array.isArray(traces)) throw wrong(path);
  return traces.map((trace: unknown, number) => {
    const spans = isRecord(trace) ? trace["spans"] : undefined;
    if (!Array.isArray(spans)) throw wrong(path);
    return spans
      .map((span: unknown) => spanOf(span, `trace ${number}`, path))
      .sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs);
  });
}

function spanOf(span: unknown, traceId: string, path: string): RecordedSpan {
  if (!isRecord(span)) throw wrong(path);
  const { i, parent, type, name, model, start_ms: startMs, end_ms: endMs } = span;
  if (typeof startMs !== "number" || typeof endMs !== "number") throw wrong(path);
  const view: SpanView = {
    traceId,
    spanId: String(i),
    parentSpanId: parent === -1 ? undefined : String(parent),
    kind: SPAN_KIND.internal,
    name: String(name),
    scope: "",
    attributes: attributesOf(type, String(name), model),
    resource: {},
    failed: false,
    exceptionType: undefined,
    durationMs: endMs - startMs,
  };
  return { startMs, endMs, view };
}

/** As the semantic conventions would have it. */
function attributesOf(type: unknown, name: string, model: unknown): Record<string, unknown> {
  if (type === "AGENT")
    return { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name };
  if (type === "TOOL") return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name };
  if (type === "GENERATION")
    return { "gen_ai.operation.name": "chat", "gen_ai.request.model": String(model) };
  return {};
}

function wrong(path: string): HeadwayError {
  return new HeadwayError("ERR_CONFIG_FILE", `${path} must hold traces with spans and their times`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
