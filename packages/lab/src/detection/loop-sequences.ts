import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { HeadwayError, type Random } from "@headway/core";
import { lognormal } from "../simulation/random.ts";

/** One call that an agent makes. */
export interface AgentStep {
  readonly dependency: string;
  /** Of its arguments; 0: nobody compares them. */
  readonly digest: number;
  readonly outcome: "ok" | "error";
  /** Since the step before has ended. */
  readonly pauseMs: number;
  readonly durationMs: number;
  /** Of the loop that was put in. */
  readonly isLoop: boolean;
}

/** A dialogue of an agent that books flights (τ-bench, arXiv 2406.12045): what it called, and how it went in the end. */
export interface AgentRun {
  readonly calls: readonly RecordedCall[];
  readonly isGood: boolean;
}

/** A step as recorded, without times: `user` and `model` speak, the others are tools. */
export interface RecordedCall {
  readonly name: string;
  readonly digest: number;
  readonly failed: boolean;
}

/** What the recording lacks. Models take seconds, tools a fraction, people think. */
const MODEL_MS = 2_500;
const TOOL_MS = 200;
const USER_MS = 8_000;
const SIGMA = 0.5;
const BEAT_MS = 2_000;
/** Of a program's beat: its clock is exact, its call is not. */
const BEAT_JITTER = 0.01;

export const MODEL = "model:openai/gpt-4o";

/** All dialogues that a folder holds, file by file. */
export function readAgentRuns(dataFolder: string): readonly AgentRun[] {
  const folder = join(dataFolder, "agent_sequences_taubench");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl.gz"))
    .toSorted()
    .flatMap((file) => {
      const path = join(folder, file);
      const text = gunzipSync(readFileSync(path)).toString("utf8");
      return text
        .trimEnd()
        .split("\n")
        .map((line) => parseRun(JSON.parse(line), path));
    });
}

/** The run with times drawn. Arguments of model calls are left out: they hold the dialogue so far and never repeat. */
export function stepsOf({ calls }: AgentRun, random: Random): readonly AgentStep[] {
  let pauseMs = 0;
  return calls.flatMap(({ name, digest, failed }): AgentStep[] => {
    if (name === "user") {
      pauseMs += lognormal(random, USER_MS, SIGMA);
      return [];
    }
    const model = stepOf(MODEL, { pauseMs, durationMs: lognormal(random, MODEL_MS, SIGMA) });
    pauseMs = 0;
    if (name === "model") return [model];
    const durationMs = lognormal(random, TOOL_MS, SIGMA);
    return [model, stepOf(`tool:${name}`, { digest, failed, durationMs })];
  });
}

export interface LoopKind {
  readonly name: string;
  readonly tries: number;
  readonly failing: boolean;
  readonly sameArguments: boolean;
  /** The agent asks its model between two tries; else a program waits for a fixed time. */
  readonly throughModel: boolean;
}

/** A loop in the midst of the run. */
export function withLoop(
  steps: readonly AgentStep[],
  { tries, failing, sameArguments, throughModel }: LoopKind,
  random: Random,
): readonly AgentStep[] {
  const at = 1 + Math.floor(random() * (steps.length - 1));
  const loop = Array.from({ length: tries }, (_, attempt): AgentStep[] => {
    const durationMs = lognormal(random, TOOL_MS, SIGMA / 5);
    const tried = {
      digest: sameArguments ? 7 : 7 + attempt,
      failed: failing,
      durationMs,
      isLoop: true,
    };
    if (throughModel) {
      const thinkingMs = lognormal(random, MODEL_MS, SIGMA);
      return [stepOf(MODEL, { durationMs: thinkingMs }), stepOf("tool:loop", tried)];
    }
    const pauseMs = BEAT_MS * (1 + BEAT_JITTER * (2 * random() - 1));
    return [stepOf("tool:loop", { ...tried, pauseMs })];
  }).flat();
  return [...steps.slice(0, at), ...loop, ...steps.slice(at)];
}

function stepOf(
  dependency: string,
  {
    failed = false,
    ...rest
  }: { readonly failed?: boolean } & Partial<AgentStep> & Pick<AgentStep, "durationMs">,
): AgentStep {
  const outcome = failed ? "error" : "ok";
  return { dependency, digest: 0, pauseMs: 0, isLoop: false, ...rest, outcome };
}

function parseRun(value: unknown, path: string): AgentRun {
  if (!isRecord(value) || !Array.isArray(value["steps"]))
    throw new HeadwayError("ERR_CONFIG_FILE", `${path}: a line is no dialogue with steps`);
  const steps: readonly unknown[] = value["steps"];
  const calls = steps.flatMap((step, index): RecordedCall[] => {
    const [kind, name, digest] = wordsOf(step);
    if (kind === "user") return [{ name: "user", digest: 0, failed: false }];
    if (kind === "assistant") return [{ name: "model", digest: 0, failed: false }];
    if (kind !== "call") return [];
    const result: unknown = steps[index + 1];
    const failed = Array.isArray(result) && result[0] === "result" && result[3] === 1;
    return [{ name: name ?? "", digest: Number.parseInt(digest ?? "", 16) || 1, failed }];
  });
  return { calls, isGood: value["reward"] === 1 };
}

function wordsOf(step: unknown): readonly string[] {
  return Array.isArray(step) ? step.slice(0, 3).map(String) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
