import { setTimeout as pause } from "node:timers/promises";
import { HeadwayError } from "@headway/core";
import type { Screen } from "../screen.ts";
import type { ServiceAddress } from "../service-flags.ts";
import type { WatchView } from "./fold-live.ts";
import { liveViews } from "./live-client.ts";
import { paintWith } from "./paint.ts";
import { shownDependencies, watchLines } from "./watch-lines.ts";

const RETRY_MS = 1_000;

// The alternate screen, so that what was on the terminal is there again afterwards; no cursor while it is ours.
const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";
// Painted over and not cleared, in one synchronised update where the terminal knows it: nothing flickers.
const BEGIN = "\u001B[?2026h\u001B[H";
const END = "\u001B[J\u001B[?2026l";
const CLEAR_LINE_END = "\u001B[K";

/** Until `q`, Ctrl-C or `signal`. The first connection must succeed; a line that is lost later is looked for again, and that is said. */
export async function watchScreen(
  service: ServiceAddress,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const quitting = new AbortController();
  const ending = AbortSignal.any([signal, quitting.signal]);
  const picture = new Picture(service, screen);
  const views = liveViews(service, ending);
  // Before the terminal is taken: a service that is not there is told as for any command.
  const first = await views.next();
  screen.write(ENTER);
  const stopListening = screen.listen({
    onKey: (key) => (key === "q" || key === "interrupt" ? quitting.abort() : picture.key(key)),
    onResize: () => picture.draw(),
  });
  try {
    if (first.done !== true) picture.show(first.value);
    await showAll(views, picture);
    while (!ending.aborted) {
      await pause(RETRY_MS, undefined, { signal: ending });
      await showAll(liveViews(service, ending), picture);
    }
  } catch (error) {
    if (!ending.aborted) throw error;
  } finally {
    stopListening();
    screen.write(LEAVE);
  }
}

async function showAll(views: AsyncGenerator<WatchView>, picture: Picture): Promise<void> {
  try {
    for await (const view of views) picture.show(view);
    picture.lose("the line was cut");
  } catch (error) {
    if (!(error instanceof HeadwayError)) throw error;
    picture.lose("no service answers");
  }
}

class Picture {
  readonly #service: ServiceAddress;
  readonly #screen: Screen;
  #view: WatchView | null = null;
  #lost: string | null = null;
  #offset = 0;

  constructor(service: ServiceAddress, screen: Screen) {
    this.#service = service;
    this.#screen = screen;
  }

  show(view: WatchView): void {
    this.#view = view;
    this.#lost = null;
    this.draw();
  }

  lose(why: string): void {
    this.#lost = why;
    this.draw();
  }

  key(key: string): void {
    const count = this.#view === null ? 0 : shownDependencies(this.#view, this.#service).length;
    if (key === "down" || key === "j")
      this.#offset = Math.min(this.#offset + 1, Math.max(count - 1, 0));
    else if (key === "up" || key === "k") this.#offset = Math.max(this.#offset - 1, 0);
    else return;
    this.draw();
  }

  draw(): void {
    const { columns, rows, hasColours, write } = this.#screen;
    const lines = watchLines({
      view: this.#view,
      connection:
        this.#lost === null ? "live" : `NOT LIVE, ${this.#lost}, trying again; this is of`,
      isLive: this.#lost === null,
      url: this.#service.url,
      dependency: this.#service.dependency,
      columns: columns(),
      rows: rows(),
      offset: this.#offset,
      paint: paintWith(hasColours),
    });
    write(BEGIN + lines.map((line) => line + CLEAR_LINE_END).join("\r\n") + END);
  }
}
