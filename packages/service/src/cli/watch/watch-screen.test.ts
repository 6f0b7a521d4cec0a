import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import type { Screen, ScreenListener } from "../screen.ts";
import { liveDependency, liveView } from "./fixtures/live-documents.ts";
import { watchScreen } from "./watch-screen.ts";

let server: Server | undefined;

afterEach(() => {
  server?.close().closeAllConnections();
});

class FakeScreen implements Screen {
  size = { columns: 100, rows: 24 };
  readonly hasColours = false;
  listener: ScreenListener | undefined;
  written: string[] = [];

  readonly columns = (): number => this.size.columns;
  readonly rows = (): number => this.size.rows;
  readonly write = (text: string): void => void this.written.push(text);
  readonly listen = (listener: ScreenListener): (() => void) => {
    this.listener = listener;
    return () => (this.listener = undefined);
  };

  get picture(): string {
    return this.written.findLast((text) => text.includes("headway  "))!.replaceAll("\u001B[K", "");
  }

  async shows(text: string): Promise<void> {
    while (
      !this.written.some((written) => written.includes("headway  ")) ||
      !this.picture.includes(text)
    )
      await pause(5);
  }
}

/** A service whose live view says what the test makes it say; each connection gets the next snapshot. */
async function serveViews(
  snapshots: readonly object[],
): Promise<{ url: string; lines: ServerResponse[] }> {
  const lines: ServerResponse[] = [];
  const listening = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    tell(response, "snapshot", snapshots[Math.min(lines.length, snapshots.length - 1)]!);
    lines.push(response);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, lines };
}

function tell(response: ServerResponse, event: string, document: object): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(document)}\n\n`);
}

const MANY = liveView({
  dependencies: Array.from({ length: 60 }, (_, index) => liveDependency(`tool:t${index + 10}`)),
});

function start(url: string): { screen: FakeScreen; ended: Promise<void> } {
  const screen = new FakeScreen();
  const service = { url, token: undefined, dependency: undefined };
  return { screen, ended: watchScreen(service, screen, new AbortController().signal) };
}

it("draws anew in a new size, scrolls, and ends at q", async () => {
  const { url } = await serveViews([MANY]);
  const { screen, ended } = start(url);
  await screen.shows("tool:t10");
  const rows = screen.picture.split("\r\n").length;
  screen.size = { columns: 60, rows: 40 };
  screen.listener?.onResize();
  expect(screen.picture.split("\r\n").length).toBe(rows + 16);
  expect(
    Math.max(
      ...screen.picture
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(60);
  for (const key of ["down", "j", "x"]) screen.listener?.onKey(key);
  expect(screen.picture).not.toContain("tool:t11");
  expect(screen.picture).toContain("tool:t12");
  for (const key of ["up", "k", "k"]) screen.listener?.onKey(key);
  expect(screen.picture).toContain("tool:t10");
  screen.listener?.onKey("q");
  await ended;
  expect(screen.listener).toBeUndefined();
  expect(screen.written.at(-1)).toContain("\u001B[?1049l");
});

it("follows deltas, and connects again where one was missed", async () => {
  const { url, lines } = await serveViews([
    MANY,
    liveView({ dependencies: [liveDependency("tool:fresh")] }),
  ]);
  const { screen, ended } = start(url);
  await screen.shows("tool:t10");
  const serverTime = "2026-11-22T10:15:01.000Z";
  const dependencies = [{ id: "tool:t69", state: "failing", trouble: 5 }];
  tell(lines[0]!, "delta", { frame: 2, after: 1, serverTime, dependencies });
  await screen.shows("tool:t69");
  tell(lines[0]!, "delta", { frame: 9, after: 8, serverTime });
  await screen.shows("NOT LIVE");
  await screen.shows("tool:fresh");
  expect(lines).toHaveLength(2);
  screen.listener?.onKey("interrupt");
  await ended;
});
