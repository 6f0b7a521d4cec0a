import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const registry = join(root, "docs/registry");

export const SIGNALS_PAGE = join(root, "docs/signals.md");

export interface RegisteredMetric {
  readonly metric_name: string;
  readonly instrument: "counter" | "gauge" | "histogram";
  readonly unit: string;
  readonly brief: string;
  /** What the page says instead of the brief. */
  readonly note?: string;
  readonly attributes: readonly { readonly ref: string }[];
}

export interface RegisteredAttribute {
  readonly id: string;
  readonly type: string | { readonly members: readonly { readonly value: string }[] };
  readonly brief: string;
}

interface Group {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly (Partial<RegisteredAttribute> & { readonly ref?: string })[];
}

function groups(file: string): readonly Group[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The test holds it to the code, field by field.
  return (parse(readFileSync(join(registry, file), "utf8")) as { groups: Group[] }).groups;
}

export function registeredMetrics(): readonly RegisteredMetric[] {
  return groups("metrics.yaml").filter(
    (group): group is Group & RegisteredMetric => group.type === "metric",
  );
}

export function registeredAttributes(): readonly RegisteredAttribute[] {
  return groups("attributes.yaml")
    .flatMap(({ attributes }) => attributes)
    .filter((attribute): attribute is RegisteredAttribute => attribute.id !== undefined);
}

/** Every attribute that something refers to. */
export function referredAttributes(): ReadonlySet<string> {
  const all = [...groups("attributes.yaml"), ...groups("metrics.yaml")];
  return new Set(all.flatMap(({ attributes }) => attributes.flatMap(({ ref }) => ref ?? [])));
}

const KINDS = { counter: "sum", gauge: "gauge", histogram: "histogram" } as const;
const COLUMNS = ["signal", "kind, unit", "attributes", "meaning"];

/** The table of docs/signals.md, laid out as the formatter would. */
export function signalTable(): string {
  const rows = registeredMetrics().map(
    ({ metric_name, instrument, unit, brief, note, attributes }) => [
      `\`${metric_name}\``,
      `${KINDS[instrument]}, ${unit}`,
      attributes.map(({ ref }) => ref.replace(/^headway\./, "")).join(", "),
      note ?? brief.replace(/\.$/, ""),
    ],
  );
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(COLUMNS), rule, ...rows.map(line)].join("\n");
}

/** The page, with its table as the registry has it. */
export function withSignalTable(page: string): string {
  return page.replace(
    /(<!-- signals: [^>]*-->\n\n)[\s\S]*?(\n\n<!-- \/signals -->)/,
    (_whole, before: string, after: string) => `${before}${signalTable()}${after}`,
  );
}
