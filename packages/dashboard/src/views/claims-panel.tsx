import { useCallback } from "preact/hooks";
import type { LiveDetection } from "@headway/service/live";
import { CanvasBox } from "../draw/canvas-box.tsx";
import type { Draw } from "../draw/canvas-box.tsx";
import { drawTrend } from "../draw/trend.ts";
import { count, longDuration } from "../format.ts";
import { nameOf } from "../names.ts";
import { clockMs, go } from "../session.tsx";
import type { World } from "../world/world.ts";
import { Panel } from "./panel.tsx";

const SHOWN_MAX = 60;

/** What is claimed, each with the sentence and the plot that it rests on. */
export function ClaimsPanel({
  world,
  dependency,
}: {
  readonly world: World;
  readonly dependency?: string;
}) {
  const claims = world.detections.filter(
    (one) => dependency === undefined || one.dependency === dependency,
  );
  const all = claims.length + (dependency === undefined ? world.detectionsUntoldCount : 0);
  return (
    <Panel
      title="Detections"
      note={all === 0 ? "none fires" : `${count(all)} firing, the most severe first`}
    >
      <div class="body" tabIndex={0} role="region" aria-label="Detections">
        {claims.length === 0 ? <p class="empty">Nothing fires.</p> : null}
        <ul class="claims">
          {claims.slice(0, SHOWN_MAX).map((claim) => (
            <li key={claim.id}>
              <Claim claim={claim} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function Claim({ claim }: { readonly claim: LiveDetection }) {
  const { kind, dependency, summary, firedAt, startedAt, series } = claim;
  const draw = useCallback<Draw>(
    (context, box, colours) =>
      drawTrend(context, box, colours, {
        values: series.values,
        usual: series.usual,
        seconds: 60,
        isTroubled: kind !== "recovered",
      }),
    [series, kind],
  );
  const isGood = kind === "recovered";
  return (
    <button type="button" onClick={() => go({ page: "dependency", id: dependency })}>
      <span class="what">
        <span class="first">
          <span class={`tag ${isGood ? "hand" : ""}`}>{kind.replaceAll("_", " ")}</span>
          <b>{nameOf(dependency)}</b>
          <span class="soft">{longDuration(clockMs.value - Date.parse(firedAt ?? startedAt))}</span>
        </span>
        <p>{summary}</p>
      </span>
      <CanvasBox draw={draw} label="" />
    </button>
  );
}
