import { connection, pastMs, route, shown } from "./session.tsx";
import { DependencyPage } from "./views/dependency-page.tsx";
import { Gate } from "./views/gate.tsx";
import { HelpDialog } from "./views/help-dialog.tsx";
import { OverrideDialog } from "./views/override-dialog.tsx";
import { Overview } from "./views/overview.tsx";
import { PastNews, TimeBar } from "./views/time-bar.tsx";
import { OldNews, TopBar } from "./views/top-bar.tsx";

export function App() {
  const link = connection.value;
  const world = shown.value;
  if (link.state === "refused" && world === null) return <Gate why={link.why} />;
  const isOld = pastMs.value === null && link.state !== "live" && world !== null;
  const state = pastMs.value !== null ? "is-past" : isOld ? "is-old" : "";
  return (
    <div class={`shell fits ${state}`}>
      <div>
        <TopBar />
        <OldNews />
        <PastNews />
      </div>
      {world === null ? (
        <main class="gate">
          <p>{pastMs.value === null ? "Connecting to Headway…" : "Fetching the past…"}</p>
        </main>
      ) : route.value.page === "overview" ? (
        <Overview world={world} />
      ) : (
        <DependencyPage world={world} id={route.value.id} />
      )}
      <TimeBar />
      <OverrideDialog />
      <HelpDialog />
    </div>
  );
}
