import { POLICY_DEFAULT } from "@headway/core";
import type { Policy } from "@headway/core";

/** One file's policies: what holds for every tenant, and what single tenants have on top. */
export interface PolicySet {
  /** `sha256:` of the file's text, or `default`. */
  readonly version: string;
  readonly common: Policy;
  /** Already merged with `common`: a tenant's own rules come first, then the common ones. */
  readonly tenants: ReadonlyMap<string, Policy>;
}

export const POLICY_SET_DEFAULT: PolicySet = {
  version: POLICY_DEFAULT.version,
  common: POLICY_DEFAULT,
  tenants: new Map(),
};

export function policyFor(set: PolicySet, tenant: string): Policy {
  return set.tenants.get(tenant) ?? set.common;
}
