import { existsSync, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { HeadwayError } from "@headway/core";
import { assertSettings, settingsIn } from "../config/load-config.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { parseHeadwayFile } from "./headway-file.ts";
import { POLICY_SET_DEFAULT } from "./policy-set.ts";
import type { PolicySet } from "./policy-set.ts";

export interface PolicyWatchOptions {
  readonly path: string;
  readonly onChange: (policies: PolicySet) => void;
  /** Settings of the service that the file now says otherwise than when the service started, which read them once. */
  readonly onSettings?: (keys: readonly string[]) => void;
  /** The policies in force stay in force. */
  readonly onBad: (error: HeadwayError) => void;
  /** The file was bad or gone, and says again what is in force. */
  readonly onRecovered?: () => void;
  /** The default policies hold until the file is there. */
  readonly mayBeAbsent?: boolean;
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
  /** As last read; undefined while there is no file. */
  #text: string | undefined;
  #policies: PolicySet = POLICY_SET_DEFAULT;
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
    if (options.mayBeAbsent === true && !existsSync(options.path)) {
      this.#settings = new Map();
      return;
    }
    this.#text = readConfigFile(options.path, "policy file");
    const { policies, values } = contentOf(this.#text, options.path);
    this.#policies = policies;
    this.#settings = values;
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
    const { path } = this.#options;
    if (this.#isAwaited && !existsSync(path)) {
      this.#forget();
      return;
    }
    try {
      const text = this.#read();
      if (text === this.#text) return;
      this.#text = text;
      this.#take(contentOf(text, path));
    } catch (error) {
      if (!(error instanceof HeadwayError)) throw error;
      const isNews = this.#error?.message !== error.message;
      this.#error = error;
      if (isNews) this.#options.onBad(error);
    }
  }

  /** There has been no file yet, and there need not be one. */
  get #isAwaited(): boolean {
    return this.#options.mayBeAbsent === true && this.#policies === POLICY_SET_DEFAULT;
  }

  #forget(): void {
    this.#text = undefined;
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.#options.onRecovered?.();
  }

  #read(): string {
    try {
      return readConfigFile(this.#options.path, "policy file");
    } catch (error) {
      // So that the same text is news when it comes back.
      this.#text = undefined;
      throw error;
    }
  }

  #take({ policies, values }: Content): void {
    this.#error = undefined;
    this.#tellSettings(values);
    const isChange = policies.version !== this.#policies.version;
    this.#policies = policies;
    if (isChange) this.#options.onChange(policies);
    else this.#options.onRecovered?.();
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

interface Content {
  readonly policies: PolicySet;
  readonly values: ReadonlyMap<string, unknown>;
}

/** Settings are checked although a reload does not use them: the next start must not fail on what was accepted here. */
function contentOf(text: string, path: string): Content {
  const { policies, settings } = parseHeadwayFile(text, path);
  assertSettings(settings);
  return {
    policies,
    values: new Map([...settingsIn(settings)].map(([key, { value }]) => [key, value])),
  };
}
