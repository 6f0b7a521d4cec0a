import type { ServiceLimits } from "./config.ts";

/** One setting has one name, said in three ways: `tickMs` in the file, `HEADWAY_TICK_MS`, `--tick-ms`. */
export interface Setting {
  readonly key: string;
  /** What stands for the value in the help. Absent: the flag takes none. */
  readonly argument?: string;
  readonly help: string;
}

/** Where the file is cannot stand in the file. */
const POLICY_SETTING: Setting = {
  key: "policy",
  argument: "FILE",
  help: "settings and policy; headway.yaml here, if there is one",
};

const FILE_SETTINGS: readonly Setting[] = [
  { key: "http", argument: "HOST:PORT", help: "where HTTP listens" },
  { key: "grpc", argument: "HOST:PORT", help: "where OTLP over gRPC listens; off for nowhere" },
  { key: "data", argument: "DIR", help: "where state is kept; memory to keep none" },
  { key: "tokens", argument: "FILE", help: "who may ask; without it everybody, on loopback only" },
  { key: "allowOpen", help: "listen beyond loopback without tokens all the same" },
  { key: "tickMs", argument: "MS", help: "between two evaluations" },
  {
    key: "settleMs",
    argument: "MS",
    help: "how long finished spans wait for the rest of their trace",
  },
  { key: "record", argument: "FILE", help: "write down all that arrives, for headway replay" },
  { key: "selfTracing", help: "spans of the service's own work, for the SDK that you bring" },
];

const LIMIT_HELP: Readonly<Record<keyof ServiceLimits, string>> = {
  bodyBytesMax: "bytes of one request's body as sent",
  bodyInflatedBytesMax: "bytes of one request's body once decompressed",
  ingestBytesMax: "bytes of all bodies held at once",
  dependenciesMax: "dependencies of one tenant",
  agentsPerDependencyMax: "agents of one dependency known by name",
  historyWindowsMax: "seconds of dependencies' history kept, all together",
  sseClientsMax: "streams and held answers at once",
  holdMsMax: "longest life of a hold or an override",
  auditRowsMax: "audit rows kept",
};

const LIMIT_SETTINGS = Object.entries(LIMIT_HELP).map(([name, help]) => ({
  key: `limits.${name}`,
  argument: "N",
  help,
}));

export const SETTINGS: readonly Setting[] = [POLICY_SETTING, ...FILE_SETTINGS, ...LIMIT_SETTINGS];

export const LIMIT_NAMES: readonly string[] = Object.keys(LIMIT_HELP);

/** The keys on the top level of the file that are settings of the service. */
export const SETTINGS_SECTIONS: readonly string[] = [
  ...FILE_SETTINGS.map(({ key }) => key),
  "limits",
];

/** Read by the commands that ask a running service, so they are no mistake in the surroundings of one that serves. */
export const CLIENT_VARIABLES: readonly string[] = ["HEADWAY_URL", "HEADWAY_TOKEN"];

export function variableOf(key: string): string {
  return `HEADWAY_${flagOf(key).replaceAll("-", "_").toUpperCase()}`;
}

export function flagOf(key: string): string {
  return key.replaceAll(".", "-").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
