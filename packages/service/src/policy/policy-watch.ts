import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { HeadwayError } from "@headway/core";
import { settingsIn } from "../config/load-config.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import type { YamlNode } from "../config/yaml-node.ts";
import { parseHeadwayFile } from "./headway-file.ts";
import type { PolicySet } from "./policy-set.ts";

export interface PolicyWatchOptions {
  readonly path: string;
  readonly onChange: (policies: PolicySet) => void;
  /** Settings of the service that the file now says otherwise than when the service started, which read them once. */
  readonly onSettings?: (keys: readonly string[]) => void;
  /** The policies in force stay in force. */
  readonly onBad: (error: HeadwayError) => void;
  /** An editor may write in steps; the file is read once it has been still for this long. */
  readonly stillMs?: number;
  /** Network file systems and bind mounts tell nobody of a change, so the file is also looked at this often. */
  readonly pollMs?: number;
}

const STILL_MS = 100;
const POLL_MS = 2_000;

/**
 * Holds the policies of one file and reads them again when its text changes. A bad file changes nothing but `error`;
 * so does a file that is gone.
 */
export class PolicyWatch {
  readonly #options: PolicyWatchOptions;
  #text: string;
  #policies: PolicySet;
  readonly #settings: ReadonlyMap<string, unknown>;
  /** What the operator was last told of. */
  #told = "";
  #error: HeadwayError | undefined;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #still: NodeJS.Timeout | undefined;

  /** Throws where the file is bad from the start: there is no older policy to fall back to. */
  constructor(options: PolicyWatchOptions) {
    this.#options = options;
    this.#text = readConfigFile(options.path, "policy file");
    const { policies, settings } = parseHeadwayFile(this.#text, options.path);
    this.#policies = policies;
    this.#settings = valuesOf(settings);
  }

  get policies(): PolicySet {
    return this.#policies;
  }

  /** What is wrong with the file as it is now. */
  get error(): HeadwayError | undefined {
    return this.#error;
  }

  start(): void {
    const { path, stillMs = STILL_MS, pollMs = POLL_MS } = this.#options;
    const soon = (): void => {
      clearTimeout(this.#still);
      this.#still = setTimeout(() => this.#look(), stillMs);
    };
    try {
      // The directory, not the file: editors and Kubernetes replace the file, and a watch would stay with the old one.
      this.#watcher = watch(dirname(path), { persistent: false }, soon);
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // Out of inotify watches, for one; the poll below sees the change all the same, a little later.
    }
    this.#poll = setInterval(soon, pollMs).unref();
  }

  close(): void {
    this.#watcher?.close();
    clearInterval(this.#poll);
    clearTimeout(this.#still);
  }

  #look(): void {
    try {
      const text = readConfigFile(this.#options.path, "policy file");
      if (text === this.#text) return;
      this.#text = text;
      const { policies, settings } = parseHeadwayFile(text, this.#options.path);
      const values = valuesOf(settings);
      this.#policies = policies;
      this.#error = undefined;
      this.#tellSettings(values);
      this.#options.onChange(policies);
    } catch (error) {
      if (!(error instanceof HeadwayError)) throw error;
      const isNews = this.#error?.message !== error.message;
      this.#error = error;
      if (isNews) this.#options.onBad(error);
    }
  }

  #tellSettings(values: ReadonlyMap<string, unknown>): void {
    const keys = [...new Set([...this.#settings.keys(), ...values.keys()])].filter(
      (key) => values.get(key) !== this.#settings.get(key),
    );
    const told = JSON.stringify(keys.map((key) => [key, values.get(key)]));
    if (keys.length > 0 && told !== this.#told) this.#options.onSettings?.(keys);
    this.#told = told;
  }
}

function valuesOf(settings: ReadonlyMap<string, YamlNode>): ReadonlyMap<string, unknown> {
  return new Map([...settingsIn(settings)].map(([key, { value }]) => [key, value]));
}
