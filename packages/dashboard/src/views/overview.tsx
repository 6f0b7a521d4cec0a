import { headline } from "../judge/headline.ts";
import { ranked } from "../session.tsx";
import type { World } from "../world/world.ts";
import { ClaimsPanel } from "./claims-panel.tsx";
import { DependencyTable } from "./dependency-table.tsx";
import { HooksPanel, SavingsPanel } from "./figures-panel.tsx";
import { GraphPanel } from "./graph-panel.tsx";
import { HeadlinePanel } from "./headline-panel.tsx";
import { LogPanel } from "./log-panel.tsx";
import { RasterPanel } from "./raster-panel.tsx";

export function Overview({ world }: { readonly world: World }) {
  return (
    <main class="overview">
      <div class="area-head">
        <HeadlinePanel headline={headline(world, ranked.value)} world={world} />
      </div>
      <DependencyTable />
      <div class="area-right">
        <GraphPanel world={world} />
        <RasterPanel world={world} />
        <SavingsPanel world={world} />
        <HooksPanel world={world} />
      </div>
      <div class="area-lists">
        <ClaimsPanel world={world} />
        <LogPanel log={world.log} />
      </div>
    </main>
  );
}
