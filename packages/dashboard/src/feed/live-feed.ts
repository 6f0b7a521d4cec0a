import type { LiveDelta, LiveView } from "@headway/service/live";
import { applyDelta, worldOf } from "../world/apply.ts";
import type { World } from "../world/world.ts";
import { LiveStream } from "./live-stream.ts";
import type { LiveMessage, LiveStreamOptions } from "./live-stream.ts";

export interface LiveFeedOptions extends Omit<LiveStreamOptions, "onMessage"> {
  readonly onWorld: (world: World) => void;
  /** requestAnimationFrame, in a browser. */
  readonly onNextFrame: (callback: () => void) => void;
}

/**
 * The stream as a world. However many messages come between two frames of the screen, one world is handed on; a hidden page,
 * which is painted no frames, is handed none and has the newest when it is looked at again.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #stream: LiveStream;
  #world: World | null = null;
  #isFrameAsked = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#stream = new LiveStream({ ...options, onMessage: (message) => this.#take(message) });
  }

  start(): void {
    this.#stream.start();
  }

  stop(): void {
    this.#stream.stop();
  }

  #take({ event, data }: LiveMessage): void {
    // The service is the page's own, built beside it: its types are trusted here, once.
    if (event === "snapshot") {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      this.#show(worldOf(JSON.parse(data) as LiveView, this.#world));
    } else if (event === "delta" && this.#world !== null) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const world = applyDelta(this.#world, JSON.parse(data) as LiveDelta);
      if (world === null) this.#stream.start();
      else this.#show(world);
    }
  }

  #show(world: World): void {
    this.#world = world;
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    this.#options.onNextFrame(() => {
      this.#isFrameAsked = false;
      if (this.#world !== null) this.#options.onWorld(this.#world);
    });
  }
}
