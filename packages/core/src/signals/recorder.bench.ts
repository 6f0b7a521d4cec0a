import { SignalRecorder } from "./recorder.ts";
import { SPAN_KIND, type SpanView } from "./span-view.ts";

export interface RecorderBench {
  /** Start and end together, identification included. */
  readonly nsPerSpan: number;
  readonly spans: number;
}

/** An agent's step as an AI SDK makes it: agent, step, chat over one request, tool over one request. Six spans. */
function spansOf(trace: number): readonly (readonly [start: SpanView, end: SpanView])[] {
  const traceId = trace.toString(16).padStart(32, "0");
  const id = (index: number): string => (trace * 8 + index).toString(16).padStart(16, "0");
  const ok = { "http.response.status_code": 200 };
  const span = (
    index: number,
    parent: number | undefined,
    kind: SpanView["kind"],
    name: string,
    scope: string,
    attributes: object,
    late: object = {},
  ) => {
    const common = {
      traceId,
      spanId: id(index),
      parentSpanId: parent === undefined ? undefined : id(parent),
      kind,
      name,
      scope,
      resource: {},
      failed: false,
      exceptionType: undefined,
    };
    return [
      { ...common, attributes: { ...attributes }, durationMs: undefined },
      { ...common, attributes: { ...attributes, ...late }, durationMs: 12.5 },
    ] as const;
  };
  const http = {
    "http.request.method": "POST",
    "server.address": "api.openai.com",
    "server.port": 443,
    "url.scheme": "https",
  };
  const chat = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
  };
  const tool = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "search",
    "gen_ai.tool.call.id": `call_${trace}`,
  };
  const undici = "@opentelemetry/instrumentation-undici";
  return [
    span(0, undefined, SPAN_KIND.internal, "invoke_agent planner", "gen_ai", {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "planner",
    }),
    span(1, 0, SPAN_KIND.internal, "step 1", "gen_ai", { "gen_ai.operation.name": "agent_step" }),
    span(2, 1, SPAN_KIND.client, "chat gpt-5", "gen_ai", chat),
    span(3, 2, SPAN_KIND.client, "POST", undici, http, ok),
    span(4, 1, SPAN_KIND.internal, "execute_tool search", "gen_ai", tool),
    span(
      5,
      4,
      SPAN_KIND.client,
      "POST",
      undici,
      { ...http, "server.address": "search.example" },
      ok,
    ),
  ];
}

/** Median of the rounds, after warming up; a report is taken every 1,000 traces, as every second would. */
export function benchRecorder({
  traces = 10_000,
  rounds = 5,
  nowNs,
}: {
  traces?: number;
  rounds?: number;
  nowNs: () => bigint;
}): RecorderBench {
  const all = Array.from({ length: traces }, (_, trace) => spansOf(trace));
  const times: number[] = [];
  for (let round = 0; round < rounds + 1; round += 1) {
    const recorder = new SignalRecorder({ instance: "bench" });
    const startNs = nowNs();
    play(recorder, all);
    if (round > 0) times.push(Number(nowNs() - startNs) / (traces * 6));
  }
  times.sort((a, b) => a - b);
  return { nsPerSpan: times[Math.floor(times.length / 2)]!, spans: traces * 6 };
}

function play(
  recorder: SignalRecorder,
  all: readonly (readonly (readonly [SpanView, SpanView])[])[],
): void {
  let nowMs = 1_764_000_000_000;
  let taken = 0;
  for (const [agent, step, chat, post, tool, get] of all) {
    for (const [start] of [agent!, step!, chat!, post!])
      recorder.spanStarted(start, (nowMs += 0.1));
    for (const [, end] of [post!, chat!]) recorder.spanEnded(end, (nowMs += 0.1));
    for (const [start] of [tool!, get!]) recorder.spanStarted(start, (nowMs += 0.1));
    for (const [, end] of [get!, tool!, step!, agent!]) recorder.spanEnded(end, (nowMs += 0.1));
    taken += 1;
    if (taken % 1_000 === 0) recorder.take(nowMs);
  }
}
