import { HeadwayError } from "@headway/core";
import type { CommandFlag, Flags, Terminal } from "./command.ts";
import { textFlags } from "./parse-command-line.ts";

const URL_DEFAULT = "http://127.0.0.1:4390";

/** What a command that asks a running service takes. */
export const SERVICE_FLAGS: readonly CommandFlag[] = [
  { name: "url", argument: "URL", help: `the service; HEADWAY_URL, else ${URL_DEFAULT}` },
  { name: "token", argument: "TOKEN", help: "a token with the scope read; HEADWAY_TOKEN" },
  { name: "dependency", argument: "NAME", help: "only what concerns it" },
];

export interface ServiceAddress {
  readonly url: string;
  readonly token: string | undefined;
  readonly dependency: string | undefined;
}

export function serviceOf(flags: Flags, { environment }: Terminal): ServiceAddress {
  const { url, token, dependency } = textFlags(flags, ["url", "token", "dependency"]);
  const address = url ?? environment["HEADWAY_URL"] ?? URL_DEFAULT;
  if (!URL.canParse(address)) {
    throw new HeadwayError(
      "ERR_CONFIG_RANGE",
      `--url must be the URL of a service, got ${JSON.stringify(address)}`,
    );
  }
  return { url: address, token: token ?? environment["HEADWAY_TOKEN"], dependency };
}
