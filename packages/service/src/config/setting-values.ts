import { HeadwayError } from "@headway/core";
import type { ErrorCode } from "@headway/core";
import type { Address } from "./address.ts";
import { parseAddress } from "./address.ts";
import type { NumberRange } from "./yaml-node.ts";
import { describeRange, describeValue, isInRange } from "./yaml-node.ts";

/** What the operator said, and where. Later sources win. */
export interface SettingValue {
  readonly value: unknown;
  /** `tickMs`, `HEADWAY_TICK_MS` or `--tick-ms`: as it was said, for the message. */
  readonly said: string;
  /** File and line; undefined outside a file. */
  readonly where: string | undefined;
}

/** Reads settings as what they should be. Text from a variable or a flag may stand for a number or a boolean. */
export class SettingValues {
  readonly #values: ReadonlyMap<string, SettingValue>;

  constructor(values: ReadonlyMap<string, SettingValue>) {
    this.#values = values;
  }

  text(key: string): string | undefined {
    const { value } = this.#values.get(key) ?? {};
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    return this.#fail(key, "ERR_CONFIG_TYPE", "a text");
  }

  address(key: string): Address | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    return (
      parseAddress(text) ?? this.#fail(key, "ERR_CONFIG_RANGE", "HOST:PORT, such as 127.0.0.1:4390")
    );
  }

  boolean(key: string): boolean | undefined {
    const { value } = this.#values.get(key) ?? {};
    if (value === undefined) return undefined;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    return this.#fail(key, "ERR_CONFIG_TYPE", "true or false");
  }

  number(key: string, range: NumberRange): number | undefined {
    const { value, where } = this.#values.get(key) ?? {};
    if (value === undefined) return undefined;
    const isText =
      where === undefined && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value);
    const number = isText ? Number(value) : value;
    if (typeof number !== "number") return this.#fail(key, "ERR_CONFIG_TYPE", describeRange(range));
    return isInRange(number, range)
      ? number
      : this.#fail(key, "ERR_CONFIG_RANGE", describeRange(range));
  }

  #fail(key: string, code: ErrorCode, expected: string): never {
    const { said = key, value, where } = this.#values.get(key) ?? {};
    const got = value === true ? "no value" : describeValue(value);
    throw new HeadwayError(
      code,
      `${said} must be ${expected}, got ${got}${where === undefined ? "" : ` (${where})`}`,
    );
  }
}
