import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HeadwayError } from "@headway/core";
import { POLICY_NAMES } from "../run/policy-named.ts";
import type { Policy } from "../policies/policy.ts";

const KINDS: readonly unknown[] = ["local", "central", "decisions", "oracle"];

/** Whether a policy on the command line is somebody's own file and no name. */
export function isPolicyFile(word: string): boolean {
  return /\.[cm]?[jt]s$/.test(word);
}

/** The policy that a module exports as `policy`. */
export async function readPolicyFile(path: string, directory: string): Promise<Policy> {
  const policy = exportOf(await moduleAt(path, directory));
  if (isPolicy(policy)) {
    if (!POLICY_NAMES.includes(policy.name)) return policy;
    throw new HeadwayError(
      "ERR_CONFIG_RANGE",
      `${path} must have a name of its own, got ${policy.name}, which is one of the lab's`,
    );
  }
  throw new HeadwayError(
    "ERR_CONFIG_TYPE",
    `${path} must export policy, with name, title, source, kind and create, got ${describe(policy)}`,
  );
}

async function moduleAt(path: string, directory: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(resolve(directory, path)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HeadwayError("ERR_CONFIG_FILE", `${path} must be a module, got ${reason}`);
  }
}

function exportOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "policy" in module
    ? module.policy
    : undefined;
}

function isPolicy(value: unknown): value is Policy {
  if (typeof value !== "object" || value === null) return false;
  const { name, title, source, kind, create }: Partial<Record<keyof Policy, unknown>> = value;
  return (
    [name, title, source].every((text) => typeof text === "string" && text !== "") &&
    KINDS.includes(kind) &&
    typeof create === "function"
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `an object with ${Object.keys(value).join(", ") || "nothing"}`;
}
