import type { HeadwayError, Policy } from "@headway/core";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { ReadinessCheck } from "../readiness.ts";
import { POLICY_SET_DEFAULT, policyFor } from "./policy-set.ts";
import type { PolicySet } from "./policy-set.ts";
import { PolicyWatch } from "./policy-watch.ts";

export type PolicyOf = (tenant: string) => Policy;

export interface PoliciesOptions {
  /** Null: the default policy for everybody, for ever. */
  readonly path: string | null;
  readonly mayBeAbsent: boolean;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The policies in force, and what the operator is told when the file changes for better or worse. */
export class Policies implements ReadinessCheck {
  readonly name = "policy";
  readonly #options: PoliciesOptions;
  readonly #watch: PolicyWatch | undefined;
  #onChange: ((policyOf: PolicyOf) => void) | undefined;

  constructor(options: PoliciesOptions) {
    this.#options = options;
    const { path, mayBeAbsent } = options;
    this.#watch =
      path === null
        ? undefined
        : new PolicyWatch({
            path,
            mayBeAbsent,
            onChange: (set) => this.#changed(set),
            onSettings: (keys) => this.#settingsChanged(keys),
            onBad: (error) => this.#bad(error),
            onRecovered: () => this.#recovered(),
          });
  }

  /** Always answers from what is in force then. */
  readonly policyOf: PolicyOf = (tenant) =>
    policyFor(this.#watch?.policies ?? POLICY_SET_DEFAULT, tenant);

  start(onChange: (policyOf: PolicyOf) => void): void {
    this.#onChange = onChange;
    this.#watch?.start();
  }

  close(): void {
    this.#watch?.close();
  }

  check(): string | undefined {
    const error = this.#watch?.error;
    return error === undefined
      ? undefined
      : `the file is bad (${error.code}); the policy before it is in force`;
  }

  #changed({ version }: PolicySet): void {
    const { log, metrics } = this.#options;
    metrics.policyReloads.inc({ result: "ok" });
    metrics.policyStale.set(0);
    log.info("The policy changed.", { version });
    this.#onChange?.(this.policyOf);
  }

  #recovered(): void {
    const { log, metrics } = this.#options;
    metrics.policyReloads.inc({ result: "ok" });
    metrics.policyStale.set(0);
    log.info("The policy file is good again, and says what is in force.");
  }

  #settingsChanged(keys: readonly string[]): void {
    this.#options.log.warn("Settings changed in the file: restart the service to use them.", {
      settings: keys.join(", "),
    });
  }

  #bad({ code, message }: HeadwayError): void {
    const { log, metrics } = this.#options;
    metrics.policyReloads.inc({ result: "failed" });
    metrics.policyStale.set(1);
    log.warn("The policy file is bad; the policy before it stays in force.", {
      code,
      detail: message,
    });
  }
}
