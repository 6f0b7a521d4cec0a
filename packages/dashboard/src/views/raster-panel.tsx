import { useCallback } from "preact/hooks";
import { CanvasBox } from "../draw/canvas-box.tsx";
import type { Draw } from "../draw/canvas-box.tsx";
import { drawRaster } from "../draw/raster.ts";
import { count, plural } from "../format.ts";
import type { World } from "../world/world.ts";
import { Panel } from "./panel.tsx";

/** Who retried when. Columns are agents in step, and that is what a storm is made of. */
export function RasterPanel({ world }: { readonly world: World }) {
  const { raster } = world;
  const draw = useCallback<Draw>(
    (context, box, colours) => drawRaster(context, box, colours, raster),
    [raster],
  );
  const words = `${plural(raster.agents, "agent")} retried ${count(raster.retries)} times in ${raster.seconds} s`;
  const busiest = raster.rows.toSorted((a, b) => total(b.retries) - total(a.retries))[0];
  return (
    <Panel
      title="Retries"
      note={world.notKept.includes("raster") ? "not kept for the past" : words}
    >
      <div class="canvas-box raster-box">
        <CanvasBox draw={draw} label={`Retries by agent and second: ${words}`} />
      </div>
      <p class="raster-foot">
        <span>{raster.seconds} s ago</span>
        <span>
          {raster.retries === 0
            ? "top: all agents; rows: one agent each"
            : busiest === undefined
              ? ""
              : `most: ${busiest.agent}`}
        </span>
        <span>now</span>
      </p>
    </Panel>
  );
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
