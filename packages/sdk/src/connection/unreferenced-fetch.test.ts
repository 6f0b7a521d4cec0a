import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { portOf } from "../fixtures/fixture-service.ts";
import { unreferencedFetch } from "./unreferenced-fetch.ts";

const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A server that answers every request with these very bytes. */
async function answering(bytes: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  open.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${portOf(server)}/`;
}

it.each([999, 600])("rejects an answer with the impossible status %i", async (status) => {
  const url = await answering(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
  await expect(unreferencedFetch(url, {})).rejects.toThrow(/status/i);
});

it("gives any other answer as it is", async () => {
  const url = await answering("HTTP/1.1 599 X\r\nx-a: 1\r\ncontent-length: 4\r\n\r\nbody");
  const response = await unreferencedFetch(url, {});
  expect([response.status, response.headers.get("x-a")]).toEqual([599, "1"]);
  expect(await response.text()).toBe("body");
});
