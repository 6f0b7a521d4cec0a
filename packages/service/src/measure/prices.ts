import { HeadwayError } from "@headway/core";
import { YamlNode } from "../config/yaml-node.ts";
import type { NumberRange } from "../config/yaml-node.ts";

/** What one dependency asks for, in the file's currency. What is absent costs nothing. */
export interface Price {
  readonly perCall?: number;
  readonly perAttempt?: number;
  readonly per1kTokensIn?: number;
  readonly per1kTokensOut?: number;
  readonly perSecond?: number;
}

export interface Prices {
  readonly currency: string;
  /** A second of an agent's time: of the machine, or of the person, that waits. */
  readonly agentSecond: number | undefined;
  /** The first rule whose pattern matches holds. */
  priceOf(dependency: string): Price | undefined;
}

const FIELDS = [
  "perCall",
  "perAttempt",
  "per1kTokensIn",
  "per1kTokensOut",
  "perSecond",
] as const satisfies readonly (keyof Price)[];

const AMOUNT: NumberRange = { min: 0, max: 1e9, integer: false };

/** Without a price file nothing is priced. */
export const NO_PRICES: Prices = {
  currency: "",
  agentSecond: undefined,
  priceOf: () => undefined,
};

export function parsePrices(text: string, fileName: string): Prices {
  const file = YamlNode.parse(text, fileName);
  const sections = file.fields(["currency", "agentSecond", "dependencies"]);
  const currency = sections.get("currency")?.text();
  if (currency === undefined)
    throw new HeadwayError(
      "ERR_CONFIG_TYPE",
      `${fileName} must have a currency, such as "currency: USD", got none`,
    );
  const rules = (sections.get("dependencies")?.entries() ?? []).map(
    ([pattern, node]) => [pattern, priceIn(node)] as const,
  );
  const known = new Map<string, Price | undefined>();
  return {
    currency,
    agentSecond: sections.get("agentSecond")?.number(AMOUNT),
    priceOf: (dependency) => {
      if (known.has(dependency)) return known.get(dependency);
      const price = rules.find(([pattern]) => matchesStars(pattern, dependency))?.[1];
      // Names come from the data: what is remembered of them is bounded.
      if (known.size < NAMES_MAX) known.set(dependency, price);
      return price;
    },
  };
}

const NAMES_MAX = 10_000;

function priceIn(node: YamlNode): Price {
  const fields = node.fields(FIELDS);
  if (fields.size === 0) return node.fail("ERR_CONFIG_TYPE", `must have ${FIELDS.join(", ")}`);
  return Object.fromEntries(
    [...fields].map(([name, amount]) => [name, amount.number(AMOUNT)] as const),
  );
}

/** `*` stands for any run of characters. The parts between stars are looked for one after another: linear, whatever the pattern. */
function matchesStars(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [head = "", tail = ""] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return pattern === name;
  if (!name.startsWith(head) || !name.endsWith(tail)) return false;
  let at = head.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + tail.length <= name.length;
}
