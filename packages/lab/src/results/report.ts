import { table } from "./markdown.ts";
import { SEED_FIRST } from "./laboratory.ts";
import type { Budget } from "./laboratory.ts";
import { LIMITS } from "./limits.ts";
import type { Limit } from "./limits.ts";
import { limitsMarkdown } from "./limits-section.ts";
import type { Bar, Section } from "./section.ts";

/** The whole page: what was wanted and what came of it first, then chapter by chapter. */
export function reportOf(
  sections: readonly Section[],
  budget: Budget,
  limits: readonly Limit[] = LIMITS,
): string {
  const bars = sections.flatMap((section) => section.bars);
  const missed = bars.filter(({ holds }) => !holds);
  return `${[
    "# Results",
    introductionOf(budget),
    "## What was wanted",
    `${countOf(bars)}${missed.length > 0 ? " Those that do not hold:" : ""}`,
    ...(missed.length > 0 ? [barTable(missed)] : []),
    `<details><summary>Those that hold</summary>\n\n${barTable(bars.filter(({ holds }) => holds))}\n\n</details>`,
    ...sections.map(({ title, markdown }) => `## ${title}\n\n${markdown}`),
    limitsMarkdown(bars, limits),
    NOT_CLAIMED,
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

function introductionOf({
  seeds,
  seedsOther,
  seedsPath,
  seedsShape,
  seedsAblation,
  lacks,
}: Budget): string {
  const shortness = lacks === "" ? "" : `**This is the short run:** ${lacks}.\n\n`;
  return `${shortness}Everything on this page is written by one command, \`npm run results\`, from the scenarios in [packages/lab/scenarios](../packages/lab/scenarios) and the data that [lab.md](lab.md) names; nothing is typed in but the reasons in [Bars out of reach](#bars-out-of-reach). The engine and the hook are those of the product, under virtual time. Means over ${seeds} seeds (${seedsPath} for processes that do not obey and a dead coordinator, ${seedsOther} for other faults, ${seedsShape} where only a shape is shown, ${seedsAblation} where a part or a number is varied) ± half of a 95 % interval (Student's t); under one seed all policies meet the same arrivals, service times and faults. The seeds, ${SEED_FIRST} and on, are others than those under which Headway's numbers were chosen. A bar holds where the mean does; where the interval reaches past what was wanted, that is within chance, and marked so.`;
}

function barTable(bars: readonly Bar[]): string {
  return table(
    ["claim", "wanted", "measured"],
    bars.map(({ claim, wanted, measured, isWithinChance }) => [
      claim,
      wanted,
      isWithinChance === true ? `${measured}, within chance` : measured,
    ]),
  );
}

function countOf(bars: readonly Bar[]): string {
  const held = bars.filter(({ holds }) => holds);
  const missed = bars.filter(({ holds }) => !holds);
  const chance = (some: readonly Bar[]): number =>
    some.filter(({ isWithinChance }) => isWithinChance === true).length;
  return `${held.length} of ${bars.length} hold, ${chance(held)} of them within chance; of the other ${missed.length}, ${chance(missed)} are.`;
}

const NOT_CLAIMED = `## What is not claimed

- These are simulations. The providers have servers, queues, limits and faults, and real ones have habits that no file here describes. The [demo](../examples/05-kyc) shows one case over real HTTP.
- The rivals run at their published numbers; where these leave a choice, or would be absurd here, the reading that favours the rival was taken, and its file says so. Each could be tuned for one of these cells; so could Headway, which has one set of numbers for all of them. \`retry-budget-aws\` runs the budget that Headway's own hook falls back to.
- The two \`central-aimd\`, \`hivemind\`, \`cinnamon\` and \`dagor\` are given their state at once and for nothing. A real proxy adds a hop to each call and fails with all of them; that is not held against them here.
- Faults begin after a minute. A rival whose limit climbs by one a second may not have got far by then.
- \`aimd\`, \`vegas\` and \`gradient2\` refuse what is over their limit at once, as their library does by default, and each refusal costs its call one of its tries. Behind a queue of its own each would serve critical work better.
- The oracle serves what is urgent first, and goodput counts all workflows alike: who serves the short ones first can pass it.
- Goodput is counted in workflows done in time. Answers' quality, tokens and money are not modelled.
- Detection is measured on two systems, one day each, of one published data set, with few faults of each kind, and on made loads. It says nothing of faults that do not show in time, order or number.`;
