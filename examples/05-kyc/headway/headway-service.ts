import { startChild } from "../child.ts";

export interface HeadwayService {
  readonly url: string;
  /** Calls back with what Headway decides now for the identity provider, whenever it asks. Returns how to stop asking. */
  watch(decided: (text: string) => void): () => void;
  stop(): void;
}

/** The part of a decision that a spectator reads; the whole contract is in docs/decisions.md. */
interface DecisionView {
  readonly action: string;
  readonly shape?: {
    readonly concurrency?: number;
    readonly ratePerSecond?: number;
    readonly retries?: number;
  };
  readonly reason: { readonly code: string };
  readonly scope: { readonly priority: { readonly from: number; readonly to: number } };
}

const ASK_EVERY_MS = 500;
const DECISIONS_PATH = `/v1/decisions?dependency=${encodeURIComponent("tool:idp_lookup")}`;

export async function startHeadway(): Promise<HeadwayService> {
  const { process, url } = await startChild("./headway/service-process.ts");
  return { url, watch: (decided) => watch(url, decided), stop: () => process.kill() };
}

function watch(url: string, decided: (text: string) => void): () => void {
  const timer = setInterval(async () => {
    const decisions = await readDecisions(url).catch(() => undefined);
    if (decisions !== undefined) decided(decisions.map(describe).join(", "));
  }, ASK_EVERY_MS);
  return () => clearInterval(timer);
}

async function readDecisions(url: string): Promise<readonly DecisionView[]> {
  const response = await fetch(url + DECISIONS_PATH);
  const body: { readonly decisions: readonly DecisionView[] } = JSON.parse(await response.text());
  return body.decisions;
}

function describe({ action, shape, reason, scope }: DecisionView): string {
  const limits = Object.entries(shape ?? {}).map(
    ([name, value]) => `${name} ${Math.round(value * 10) / 10}`,
  );
  const { from, to } = scope.priority;
  const who = from === 1 && to === 5 ? "" : ` p${from}–${to}`;
  return `${action}${who}${limits.length > 0 ? ` to ${limits.join(", ")}` : ""} (${reason.code})`;
}
