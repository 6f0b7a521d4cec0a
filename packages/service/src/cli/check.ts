import { resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import { loadConfig } from "../config/load-config.ts";
import { readHeadwayFile } from "../policy/headway-file.ts";
import type { Command } from "./command.ts";

export const check: Command = {
  name: "check",
  operands: "FILE",
  summary: "Checks a headway.yaml: its policies and its settings",
  flags: [],
  run: async ({ operands }, { directory, out }) => {
    const [file, ...others] = operands;
    if (file === undefined || others.length > 0) {
      throw new HeadwayError("ERR_COMMAND", `check must get one FILE, got ${operands.length}`);
    }
    loadConfig({ flags: { policy: file }, environment: {}, directory });
    const { common, tenants, version } = readHeadwayFile(resolve(directory, file)).policies;
    const rules = counted(common.rules.length, "rule", "rules");
    const identities = counted(common.identities.length, "identity", "identities");
    out(
      `${file} is fine: ${rules}, ${identities}, ${counted(tenants.size, "tenant", "tenants")}; ${version}`,
    );
    return 0;
  },
};

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
