import { HeadwayError } from "@headway/core";
import type { ErrorCode } from "@headway/core";
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";
import { hintOf, unknownKey } from "./nearest.ts";
import { describeRange, isInRange } from "./number-range.ts";
import type { NumberRange } from "./number-range.ts";

type Content =
  | { readonly kind: "scalar"; readonly value: unknown }
  | { readonly kind: "list"; readonly items: readonly FileNode[] }
  | { readonly kind: "mapping"; readonly entries: ReadonlyMap<string, FileNode> };

interface Source {
  readonly fileName: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly depth: number;
}

/** An anchor may lie within itself; what goes deeper than this is such a one. */
const DEPTH_MAX = 50;

/**
 * One place in a scenario file: read as what it should be, or refused with its path, its line and what it should have been. It
 * knows the file it stands in, because a file may extend another and what is read is then of both.
 */
export class FileNode {
  /** `dependencies.model:llm.queue`; empty for the whole file. */
  readonly path: string;
  /** `a.yaml:12`. */
  readonly where: string;
  readonly #content: Content;

  private constructor(content: Content, path: string, where: string) {
    this.#content = content;
    this.path = path;
    this.where = where;
  }

  static parse(text: string, fileName: string): FileNode {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) {
      const where = `${fileName}:${lines.linePos(error.pos[0]).line}`;
      throw new HeadwayError(
        "ERR_CONFIG_SYNTAX",
        `${fileName} must be YAML, got ${error.code} (${where})`,
      );
    }
    return FileNode.#of({ fileName, document, lines, depth: 0 }, document.contents, "", 0);
  }

  /** A mapping of the given keys, all at one place: what a flag says, as if a file had said it. */
  static at(keys: readonly string[], text: string, where: string, path = ""): FileNode {
    const [key, ...rest] = keys;
    if (key === undefined) {
      const parsed = FileNode.parse(text, where);
      return new FileNode(parsed.#content, path, where);
    }
    const child = FileNode.at(rest, text, where, path === "" ? key : `${path}.${key}`);
    return new FileNode({ kind: "mapping", entries: new Map([[key, child]]) }, path, where);
  }

  static #of(source: Source, node: unknown, path: string, offset: number): FileNode {
    const { document, fileName, lines } = source;
    const found = isAlias(node) ? node.resolve(document) : node;
    const where = `${fileName}:${lines.linePos(offset).line}`;
    if (source.depth > DEPTH_MAX)
      throw new HeadwayError(
        "ERR_CONFIG_SYNTAX",
        `${fileName} must be at most ${DEPTH_MAX} levels deep, got more (${where})`,
      );
    const inside = { ...source, depth: source.depth + 1 };
    const below = (child: unknown, name: string, at: number | undefined): FileNode =>
      FileNode.#of(inside, child, name, at ?? offset);
    if (isMap(found)) {
      const entries = found.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : String(key);
        const at = isScalar(key) ? key.range?.[0] : undefined;
        return [name, below(value, path === "" ? name : `${path}.${name}`, at)] as const;
      });
      return new FileNode({ kind: "mapping", entries: new Map(entries) }, path, where);
    }
    if (isSeq(found)) {
      const items = found.items.map((item, index) =>
        below(item, `${path}[${index}]`, offsetOf(item)),
      );
      return new FileNode({ kind: "list", items }, path, where);
    }
    const value = isScalar(found) ? found.value : null;
    return new FileNode({ kind: "scalar", value }, path, where);
  }

  /**
   * What `over` says stands, as JSON Merge Patch has it (RFC 7396): mappings are merged key by key, nothing takes a key away, all
   * else is replaced as a whole. So is a mapping that says it is of another kind: what it was is nothing to it then.
   */
  overriddenBy(over: FileNode): FileNode {
    const base = this.#content;
    const top = over.#content;
    if (base.kind !== "mapping" || top.kind !== "mapping") return over;
    const kind = top.entries.get("kind")?.value;
    if (kind !== undefined && kind !== base.entries.get("kind")?.value) return over;
    const entries = new Map(base.entries);
    for (const [key, node] of top.entries) {
      if (node.value === null) entries.delete(key);
      else entries.set(key, entries.get(key)?.overriddenBy(node) ?? node);
    }
    return new FileNode({ kind: "mapping", entries }, over.path, over.where);
  }

  /** One key of a mapping, and the mapping without it. */
  without(key: string): { readonly base: FileNode | undefined; readonly rest: FileNode } {
    const entries = new Map(this.entries());
    const base = entries.get(key);
    entries.delete(key);
    return { base, rest: new FileNode({ kind: "mapping", entries }, this.path, this.where) };
  }

  get isMapping(): boolean {
    return this.#content.kind === "mapping";
  }

  get isList(): boolean {
    return this.#content.kind === "list";
  }

  /** What a scalar says; undefined for anything that is none. */
  get value(): unknown {
    return this.#content.kind === "scalar" ? this.#content.value : undefined;
  }

  /** In the file's order; keys are whatever the file says. */
  entries(): (readonly [key: string, node: FileNode])[] {
    const content = this.#content;
    return content.kind === "mapping"
      ? [...content.entries]
      : this.fail("ERR_CONFIG_TYPE", "must be a mapping");
  }

  /** A mapping whose keys are all known. */
  fields<Key extends string>(known: readonly Key[]): Fields<Key> {
    const fields = new Map<Key, FileNode>();
    for (const [name, node] of this.entries()) {
      const key = known.find((candidate) => candidate === name);
      if (key === undefined) throw unknownKey(node.path, name, known, node.where);
      fields.set(key, node);
    }
    return new Fields(this, fields);
  }

  items(): readonly FileNode[] {
    const content = this.#content;
    return content.kind === "list" ? content.items : this.fail("ERR_CONFIG_TYPE", "must be a list");
  }

  text(): string {
    if (typeof this.value === "string" && this.value !== "") return this.value;
    return this.fail("ERR_CONFIG_TYPE", "must be a text");
  }

  boolean(): boolean {
    if (typeof this.value === "boolean") return this.value;
    return this.fail("ERR_CONFIG_TYPE", "must be true or false");
  }

  oneOf<Value extends string>(values: readonly Value[]): Value {
    const found = values.find((value) => value === this.value);
    if (found !== undefined) return found;
    const hint = typeof this.value === "string" ? `; ${hintOf(this.value, values)}` : "";
    return this.fail("ERR_CONFIG_RANGE", `must be one of ${values.join(", ")}`, hint);
  }

  /** A name that something else in the file has. */
  reference(known: readonly string[], what: string): string {
    const name = this.text();
    if (known.includes(name)) return name;
    return this.fail("ERR_CONFIG_RANGE", `must name a ${what}`, `; ${hintOf(name, known)}`);
  }

  number(range: NumberRange): number {
    const { value } = this;
    const expected = `must be ${describeRange(range)}`;
    if (typeof value !== "number") return this.fail("ERR_CONFIG_TYPE", expected);
    return isInRange(value, range) ? value : this.fail("ERR_CONFIG_RANGE", expected);
  }

  /** `expected` completes the sentence that the path begins; `hint` follows what came. */
  fail(code: ErrorCode, expected: string, hint = ""): never {
    const subject = this.path || "The file";
    throw new HeadwayError(
      code,
      `${subject} ${expected}, got ${this.#kind()}${hint} (${this.where})`,
    );
  }

  #kind(): string {
    const { value } = this;
    if (this.#content.kind !== "scalar") return `a ${this.#content.kind}`;
    if (value === null) return "nothing";
    return typeof value === "number" ? String(value) : JSON.stringify(value);
  }
}

/** The keys of one mapping, of which some must be there. */
export class Fields<Key extends string> {
  readonly #owner: FileNode;
  readonly #nodes: ReadonlyMap<Key, FileNode>;

  constructor(owner: FileNode, nodes: ReadonlyMap<Key, FileNode>) {
    this.#owner = owner;
    this.#nodes = nodes;
  }

  get(key: Key): FileNode | undefined {
    return this.#nodes.get(key);
  }

  need(key: Key): FileNode {
    return (
      this.#nodes.get(key) ?? this.#owner.fail("ERR_CONFIG_TYPE", `must have ${key}`, " without it")
    );
  }

  number(key: Key, range: NumberRange, fallback?: number): number {
    const node = fallback === undefined ? this.need(key) : this.#nodes.get(key);
    return node === undefined ? (fallback ?? 0) : node.number(range);
  }

  boolean(key: Key, fallback: boolean): boolean {
    return this.#nodes.get(key)?.boolean() ?? fallback;
  }
}

function offsetOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)
    ? node.range?.[0]
    : undefined;
}
