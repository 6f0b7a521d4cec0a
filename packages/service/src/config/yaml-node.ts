import { HeadwayError } from "@headway/core";
import type { ErrorCode } from "@headway/core";
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import { unknownKey } from "./nearest.ts";

interface Source {
  readonly fileName: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * One place in a YAML (or JSON) file that somebody wrote by hand: read as what it should be, or refused with its path,
 * its line and what it should have been.
 */
export class YamlNode {
  /** `limits.bodyBytesMax`, `tenants.acme.defaults.mode`; empty for the whole file. */
  readonly path: string;
  readonly #source: Source;
  readonly #node: Node | null;
  readonly #offset: number;

  private constructor(source: Source, node: Node | null, path: string, offset: number) {
    this.#source = source;
    this.#node = node;
    this.path = path;
    this.#offset = offset;
  }

  static parse(text: string, fileName: string): YamlNode {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      // The parser quotes the line it stumbled over; a tokens file has secrets on its lines.
      throw new HeadwayError(
        "ERR_CONFIG_SYNTAX",
        `${fileName} must be YAML or JSON, got ${error.code} (${fileName}:${line})`,
      );
    }
    return new YamlNode({ fileName, document, lines }, document.contents, "", 0);
  }

  get isEmpty(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null);
  }

  /** What a scalar says; undefined for anything that is none. */
  get value(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  /** What a setting says. */
  scalar(): unknown {
    if (this.#node !== null && !isScalar(this.#node))
      return this.fail("ERR_CONFIG_TYPE", "must be a single value");
    return this.value ?? null;
  }

  get where(): string {
    const { fileName, lines } = this.#source;
    return `${fileName}:${lines.linePos(this.#offset).line}`;
  }

  /** In the file's order; keys are whatever the file says. */
  entries(): (readonly [key: string, node: YamlNode])[] {
    if (this.isEmpty) return [];
    const node = this.#node;
    if (!isMap(node)) return this.fail("ERR_CONFIG_TYPE", "must be a mapping");
    return node.items.map(({ key, value }) => {
      if (!isScalar(key)) return this.fail("ERR_CONFIG_TYPE", "must have plain keys");
      const name = String(key.value);
      return [
        name,
        this.#child(value, this.path === "" ? name : `${this.path}.${name}`, key.range?.[0]),
      ] as const;
    });
  }

  /** A mapping whose keys are all known. */
  fields<Key extends string>(known: readonly Key[]): ReadonlyMap<Key, YamlNode> {
    const fields = new Map<Key, YamlNode>();
    for (const [name, node] of this.entries()) {
      const key = known.find((candidate) => candidate === name);
      if (key === undefined) throw unknownKey(node.path, name, known, node.where);
      fields.set(key, node);
    }
    return fields;
  }

  items(): YamlNode[] {
    const node = this.#node;
    if (!isSeq(node)) return this.fail("ERR_CONFIG_TYPE", "must be a list");
    return node.items.map((item, index) => this.#child(item, `${this.path}[${index}]`));
  }

  text(): string {
    if (typeof this.value === "string" && this.value !== "") return this.value;
    return this.fail("ERR_CONFIG_TYPE", "must be a text");
  }

  oneOf<Value extends string>(values: readonly Value[]): Value {
    const found = values.find((value) => value === this.value);
    return found ?? this.fail("ERR_CONFIG_RANGE", `must be one of ${values.join(", ")}`);
  }

  number(range: NumberRange): number {
    const { value } = this;
    if (typeof value !== "number")
      return this.fail("ERR_CONFIG_TYPE", `must be ${describeRange(range)}`);
    return isInRange(value, range)
      ? value
      : this.fail("ERR_CONFIG_RANGE", `must be ${describeRange(range)}`);
  }

  /** `expected` completes the sentence that the path begins. */
  fail(code: ErrorCode, expected: string): never {
    throw new HeadwayError(
      code,
      `${this.path || this.#source.fileName} ${expected}, got ${this.#kind()} (${this.where})`,
    );
  }

  #child(node: unknown, path: string, keyOffset?: number): YamlNode {
    const { document } = this.#source;
    const resolved = isAlias(node) ? node.resolve(document) : node;
    if (isAlias(node) && resolved === undefined) {
      const place = new YamlNode(this.#source, null, path, node.range?.[0] ?? this.#offset);
      place.fail("ERR_CONFIG_SYNTAX", "must refer to an anchor that stands before it");
    }
    const found = isMap(resolved) || isSeq(resolved) || isScalar(resolved) ? resolved : null;
    return new YamlNode(this.#source, found, path, keyOffset ?? found?.range?.[0] ?? this.#offset);
  }

  #kind(): string {
    if (this.isEmpty) return "nothing";
    if (isMap(this.#node)) return "a mapping";
    if (isSeq(this.#node)) return "a list";
    return describeValue(this.value);
  }
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

export function isInRange(value: number, { min, max, integer }: NumberRange): boolean {
  return value >= min && value <= max && (!integer || Number.isInteger(value));
}

export function describeRange({ min, max, integer }: NumberRange): string {
  return `${integer ? "an integer" : "a number"} between ${min} and ${max}`;
}

const VALUE_LENGTH_MAX = 80;

export function describeValue(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}…`;
}
