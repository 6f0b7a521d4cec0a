import type { Priority } from "@headway/core/signals";
import type { Headway } from "../headway.ts";
import { NotNow } from "../not-now.ts";
import { later } from "./later.ts";
import { modelDependency } from "./model-dependency.ts";

export interface HeadwayTelemetryOptions {
  /** Names what a model call depends on. Default: `model:provider/model`, as the spans of the same call are named. */
  readonly model?: (provider: string, modelId: string) => string | undefined;
  /** Names what a tool's execution depends on; undefined lets it pass unguarded. Default: `tool:name`. */
  readonly tool?: (toolName: string) => string | undefined;
  readonly priority?: Priority;
  /** Longest wait for a call's turn, in milliseconds. Default: the hook's. */
  readonly waitMs?: number;
}

interface ModelCall<T> {
  readonly provider?: string;
  readonly modelId?: string;
  readonly functionId?: string | undefined;
  readonly execute: () => PromiseLike<T>;
}

interface ToolCall<T> {
  readonly toolCall?: { readonly toolName: string; readonly input?: unknown };
  readonly functionId?: string | undefined;
  readonly execute: () => PromiseLike<T>;
}

/** The part of the AI SDK's `Telemetry` interface that Headway is. */
export interface HeadwayTelemetry {
  executeLanguageModelCall<T>(call: ModelCall<T>): Promise<T>;
  executeTool<T>(call: ToolCall<T>): Promise<T>;
}

/**
 * Puts the hook around the AI SDK's model and tool calls: `registerTelemetry(headwayTelemetry(headway))`. The AI SDK calls it once
 * for each attempt. Of what it is handed, only the ids of provider, model, function and tool are read; prompts, messages and
 * arguments are not, but for a tool's with `loopDigest`. The function id is the agent.
 */
export function headwayTelemetry(
  headway: Headway,
  options: HeadwayTelemetryOptions = {},
): HeadwayTelemetry {
  const { model = modelDependency, tool = (name: string) => `tool:${name}` } = options;
  return {
    executeLanguageModelCall: ({ provider, modelId, functionId, execute }) => {
      const dependency =
        provider === undefined || modelId === undefined ? undefined : model(provider, modelId);
      return guard(headway, { ...options, dependency, agent: functionId }, execute);
    },
    executeTool: ({ toolCall, functionId, execute }) => {
      const dependency = toolCall === undefined ? undefined : tool(toolCall.toolName);
      const args = headway.comparesArguments ? toolCall?.input : undefined;
      return guard(headway, { ...options, dependency, agent: functionId, args }, execute);
    },
  };
}

interface Guarded extends Pick<HeadwayTelemetryOptions, "priority" | "waitMs"> {
  readonly dependency: string | undefined;
  readonly agent: string | undefined;
  readonly args?: unknown;
}

async function guard<T>(
  headway: Headway,
  { dependency, agent, args, priority, waitMs }: Guarded,
  execute: () => PromiseLike<T>,
): Promise<T> {
  if (dependency === undefined) return execute();
  let hasStarted = false;
  try {
    return await headway.run(
      {
        dependency,
        ...(agent === undefined ? {} : { agent }),
        ...(args === undefined ? {} : { args }),
        ...(priority === undefined ? {} : { priority }),
        ...(waitMs === undefined ? {} : { waitMs }),
      },
      () => {
        hasStarted = true;
        return execute();
      },
    );
  } catch (error) {
    throw hasStarted || !(error instanceof NotNow) ? error : await later(error);
  }
}
