import { createHash } from "node:crypto";
import { POLICY_DEFAULT } from "@headway/core";
import type { Policy } from "@headway/core";
import { SETTINGS_SECTIONS } from "../config/settings.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { YamlNode } from "../config/yaml-node.ts";
import { POLICY_SECTIONS, policyOf } from "./policy-sections.ts";
import type { PolicySet } from "./policy-set.ts";

/** `headway.yaml`, checked: the service's own settings, which are read once, and the policies, which may change. */
export interface HeadwayFile {
  readonly settings: ReadonlyMap<string, YamlNode>;
  readonly policies: PolicySet;
}

const SECTIONS = [...SETTINGS_SECTIONS, ...POLICY_SECTIONS, "tenants"] as const;

export function readHeadwayFile(path: string): HeadwayFile {
  return parseHeadwayFile(readConfigFile(path, "policy file"), path);
}

export function parseHeadwayFile(text: string, fileName: string): HeadwayFile {
  const sections = YamlNode.parse(text, fileName).fields(SECTIONS);
  const version = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const common = policyOf(sections, version, POLICY_DEFAULT);
  const tenants = sections.get("tenants")?.entries() ?? [];
  return {
    settings: sections,
    policies: {
      version,
      common,
      tenants: new Map(tenants.map((entry) => tenantOf(entry, common))),
    },
  };
}

function tenantOf([tenant, node]: readonly [string, YamlNode], common: Policy): [string, Policy] {
  return [tenant, policyOf(node.fields(POLICY_SECTIONS), common.version, common)];
}
