import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import type { Measuring } from "./measuring.ts";

export type InputRow = Measurement["coverage"]["inputs"][number] & {
  readonly rejectedBy: Readonly<Record<string, number>>;
  readonly outside: number;
};

const INPUTS_MAX = 100;

export function coverageOf(
  measuring: Measuring,
  inputs: readonly InputRow[],
  readerNotes: readonly string[],
): Measurement["coverage"] {
  const { coverage, totals } = measuring;
  const rejected: Record<string, number> = {};
  for (const { rejectedBy } of inputs)
    for (const [reason, count] of Object.entries(rejectedBy))
      rejected[reason] = (rejected[reason] ?? 0) + count;
  const share = sharesOf(measuring);
  const isKnown = coverage.used > 0;
  return {
    inputs: inputs
      .slice(0, INPUTS_MAX)
      .map(({ name, format, spans, rejected }) => ({ name, format, spans, rejected })),
    spans: {
      read: inputs.reduce((sum, { spans, outside }) => sum + spans + outside, 0),
      used: coverage.used,
      outOfRange: measuring.outOfService + inputs.reduce((sum, { outside }) => sum + outside, 0),
      rejected,
      dropped: Object.fromEntries([...coverage.dropped].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
    fromMs: isKnown ? rounded(coverage.fromMs) : null,
    toMs: isKnown ? rounded(coverage.toMs) : null,
    traces: measuring.workflows.all().reduce((sum, { runs }) => sum + runs, 0),
    share,
    notes: [...notesOf(measuring, share, totals.attempts), ...readerNotes],
  };
}

function sharesOf({ coverage, totals, dependencies }: Measuring): Measurement["coverage"]["share"] {
  const served = dependencies.all().reduce((sum, { withServer }) => sum + withServer, 0);
  return {
    agent: share(totals.attempts - totals.byService, totals.attempts),
    outcome: share(coverage.outcomeTold, coverage.clients),
    serverSide: share(served, totals.attempts),
    tokens: share(totals.withTokens, totals.modelCalls),
    workflow: share(totals.inWorkflow, totals.attempts),
    parent: share(coverage.parentThere, coverage.withParent),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(Math.min(1, part / whole), 4);
}

/** Below this a gap is worth a sentence. */
const SHARE_GOOD = 0.95;

function notesOf(
  { coverage, serviceHops, outOfService }: Measuring,
  shares: Measurement["coverage"]["share"],
  attempts: number,
): string[] {
  const notes: string[] = [];
  const isLow = (value: number | null): value is number => value !== null && value < SHARE_GOOD;
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  if (coverage.used > 0 && attempts === 0)
    notes.push(
      "No span says that it calls anything: no client spans, no GenAI, HTTP, RPC or database attributes. There is nothing to measure in them.",
    );
  if (serviceHops.hops > 0)
    notes.push(
      `${serviceHops.hops} calls were concluded from spans whose parent is of another service; their spans do not say what they call. Operations are not told apart, so retries may be missed.`,
    );
  if (isLow(shares.parent))
    notes.push(
      `${percent(1 - shares.parent)} of the spans that name a parent come without it: their traces are incomplete, by sampling or by the time range, and calls per workflow are too few.`,
    );
  if (isLow(shares.agent))
    notes.push(
      `${percent(1 - shares.agent)} of the attempts name neither agent nor service.instance.id; their service stands for the agent, and many agents may be one.`,
    );
  if (isLow(shares.outcome))
    notes.push(
      `${percent(1 - shares.outcome)} of the client spans carry no status code and no error; they count as ok.`,
    );
  if (shares.serverSide === 0)
    notes.push(
      "No server spans lie below client spans: work that went on after a time-out is not seen.",
    );
  if (outOfService > 0)
    notes.push(
      "Spans of other services were left out: what the service's calls caused elsewhere is not seen.",
    );
  return notes;
}
