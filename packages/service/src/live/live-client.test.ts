import { ServerResponse, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { LIVE_BACKLOG_BYTES_MAX, LiveClient } from "./live-client.ts";

const BYTES = Buffer.from("x");

let response: ServerResponse;
/** What the response says that nobody has read yet. */
let unread: number;
let dropped: number;
let client: LiveClient;

beforeEach(() => {
  unread = 0;
  response = new ServerResponse(new IncomingMessage(new Socket()));
  Object.defineProperty(response, "writableLength", { get: () => unread });
  dropped = 0;
  client = new LiveClient({ response, stuckMs: 30_000, onDropped: () => (dropped += 1) });
  client.send(BYTES, 1);
});

describe("LiveClient", () => {
  it.each([
    [0, true],
    [LIVE_BACKLOG_BYTES_MAX, true],
    [LIVE_BACKLOG_BYTES_MAX + 1, false],
  ])("keeps up with %i bytes unread: %s", (bytes, isReady) => {
    unread = bytes;
    expect(client.isReady(0)).toBe(isReady);
    expect(client.frame).toBe(isReady ? 1 : undefined);
  });

  it("once behind, is sent nothing before it has read all", () => {
    unread = LIVE_BACKLOG_BYTES_MAX + 1;
    expect(client.isReady(0)).toBe(false);
    unread = 1;
    expect(client.isReady(1_000)).toBe(false);
    unread = 0;
    expect(client.isReady(2_000)).toBe(true);
    expect(client.frame).toBeUndefined();
  });

  it.each([
    [30_000, false],
    [30_001, true],
  ])("is cut off after %i ms behind: %s", (behindMs, isDropped) => {
    unread = LIVE_BACKLOG_BYTES_MAX + 1;
    client.isReady(1_000);
    client.isReady(1_000 + behindMs);
    expect(response.destroyed).toBe(isDropped);
    expect(dropped).toBe(Number(isDropped));
  });

  it("that was behind and caught up is given its time again", () => {
    unread = LIVE_BACKLOG_BYTES_MAX + 1;
    client.isReady(0);
    unread = 0;
    client.isReady(20_000);
    client.send(BYTES, 2);
    unread = LIVE_BACKLOG_BYTES_MAX + 1;
    client.isReady(40_000);
    client.isReady(60_000);
    expect(dropped).toBe(0);
  });
});
