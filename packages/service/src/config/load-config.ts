import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readHeadwayFile } from "../policy/headway-file.ts";
import type { ServiceConfig, ServiceLimits } from "./config.ts";
import { CONFIG_DEFAULT } from "./config.ts";
import { unknownKey } from "./nearest.ts";
import type { SettingValue } from "./setting-values.ts";
import { SettingValues } from "./setting-values.ts";
import { CLIENT_VARIABLES, LIMIT_NAMES, SETTINGS, flagOf, variableOf } from "./settings.ts";
import type { NumberRange, YamlNode } from "./yaml-node.ts";

export interface ConfigSources {
  /** By flag name, without its dashes; true where it came without a value. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Paths are relative to it. */
  readonly directory: string;
}

const FILE_DEFAULT = "headway.yaml";
const MINUTE_MS = 60_000;
const GIB = 1024 ** 3;

const TICK_MS: NumberRange = { min: 100, max: MINUTE_MS, integer: true };
const SETTLE_MS: NumberRange = { min: 0, max: MINUTE_MS, integer: true };
const BYTES: NumberRange = { min: 1_024, max: GIB, integer: true };
const COUNT: NumberRange = { min: 1, max: 1_000_000, integer: true };
const HOLD_MS: NumberRange = { min: 1_000, max: 7 * 24 * 60 * MINUTE_MS, integer: true };
const ROWS: NumberRange = { min: 1_000, max: 100_000_000, integer: true };

/** The file, then the variables, then the flags: the later wins. Whatever nobody knows is a mistake, told with its nearest kin. */
export function loadConfig(sources: ConfigSources): ServiceConfig {
  const values = new Map([...fromVariables(sources.environment), ...fromFlags(sources.flags)]);
  const said = new SettingValues(values).text("policy");
  const policyFile = resolve(sources.directory, said ?? FILE_DEFAULT);
  const policyFileMayBeAbsent = said === undefined;
  const isAbsent = policyFileMayBeAbsent && !existsSync(policyFile);
  const all = isAbsent ? values : new Map([...fromFile(policyFile), ...values]);
  const settings = configOf(new SettingValues(all), sources.directory);
  return { ...settings, policyFile, policyFileMayBeAbsent };
}

/** Throws where the settings of a file are none that a service could start with. */
export function assertSettings(sections: ReadonlyMap<string, YamlNode>): void {
  configOf(new SettingValues(settingsIn(sections)), ".");
}

type Settings = Omit<ServiceConfig, "policyFile" | "policyFileMayBeAbsent">;

function configOf(values: SettingValues, directory: string): Settings {
  const fallback = CONFIG_DEFAULT;
  const data = values.text("data") ?? fallback.dataDir;
  const tokens = values.text("tokens");
  const record = values.text("record");
  return {
    http: values.address("http") ?? fallback.http,
    grpc: values.text("grpc") === "off" ? null : (values.address("grpc") ?? fallback.grpc),
    dataDir: data === null || data === "memory" ? null : resolve(directory, data),
    tokensFile: tokens === undefined ? null : resolve(directory, tokens),
    allowOpen: values.boolean("allowOpen") ?? fallback.allowOpen,
    tickMs: values.number("tickMs", TICK_MS) ?? fallback.tickMs,
    settleMs: values.number("settleMs", SETTLE_MS) ?? fallback.settleMs,
    recordFile: record === undefined ? null : resolve(directory, record),
    selfTracing: values.boolean("selfTracing") ?? fallback.selfTracing,
    limits: limitsOf(values, fallback.limits),
  };
}

function limitsOf(values: SettingValues, fallback: ServiceLimits): ServiceLimits {
  const limit = (name: keyof ServiceLimits, range: NumberRange): number =>
    values.number(`limits.${name}`, range) ?? fallback[name];
  return {
    bodyBytesMax: limit("bodyBytesMax", BYTES),
    bodyInflatedBytesMax: limit("bodyInflatedBytesMax", BYTES),
    ingestBytesMax: limit("ingestBytesMax", BYTES),
    dependenciesMax: limit("dependenciesMax", COUNT),
    agentsPerDependencyMax: limit("agentsPerDependencyMax", COUNT),
    historyWindowsMax: limit("historyWindowsMax", COUNT),
    sseClientsMax: limit("sseClientsMax", COUNT),
    holdMsMax: limit("holdMsMax", HOLD_MS),
    auditRowsMax: limit("auditRowsMax", ROWS),
  };
}

function fromFile(path: string): Map<string, SettingValue> {
  return settingsIn(readHeadwayFile(path).settings);
}

/** The settings among the sections of `headway.yaml`. */
export function settingsIn(sections: ReadonlyMap<string, YamlNode>): Map<string, SettingValue> {
  const limits = sections.get("limits")?.fields(LIMIT_NAMES) ?? new Map<string, YamlNode>();
  const nodes = [...sections.values(), ...limits.values()];
  const known = nodes.filter(({ path }) => SETTINGS.some(({ key }) => key === path));
  return new Map(
    known.map((node) => [node.path, { value: node.scalar(), said: node.path, where: node.where }]),
  );
}

function fromVariables(environment: ConfigSources["environment"]): Map<string, SettingValue> {
  const values = new Map<string, SettingValue>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("HEADWAY_") || value === undefined || CLIENT_VARIABLES.includes(name))
      continue;
    const setting = SETTINGS.find(({ key }) => variableOf(key) === name);
    if (setting === undefined)
      throw unknownKey(
        name,
        name,
        SETTINGS.map(({ key }) => variableOf(key)),
      );
    values.set(setting.key, { value, said: name, where: undefined });
  }
  return values;
}

function fromFlags(flags: ConfigSources["flags"]): Map<string, SettingValue> {
  const values = new Map<string, SettingValue>();
  for (const [flag, value] of Object.entries(flags)) {
    const setting = SETTINGS.find(({ key }) => flagOf(key) === flag);
    if (setting === undefined)
      throw unknownKey(
        `--${flag}`,
        flag,
        SETTINGS.map(({ key }) => flagOf(key)),
      );
    values.set(setting.key, { value, said: `--${flag}`, where: undefined });
  }
  return values;
}
