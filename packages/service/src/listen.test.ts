import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { CONFIG_DEFAULT } from "./config/config.ts";
import { assertFree, assertMayListen } from "./listen.ts";

const LOOPBACK = { host: "127.0.0.1", port: 4390 };
const EVERYWHERE = { host: "0.0.0.0", port: 4390 };

describe("assertMayListen", () => {
  it.each([
    ["on loopback", { http: LOOPBACK, grpc: LOOPBACK }],
    ["everywhere, with tokens", { http: EVERYWHERE, grpc: EVERYWHERE, tokensFile: "tokens.yaml" }],
    ["everywhere, told so", { http: EVERYWHERE, grpc: EVERYWHERE, allowOpen: true }],
  ])("lets it listen %s", (_where, config) => {
    expect(() => assertMayListen({ ...CONFIG_DEFAULT, ...config })).not.toThrow();
  });

  it.each([
    ["HTTP", { http: EVERYWHERE, grpc: null }],
    ["gRPC", { http: LOOPBACK, grpc: EVERYWHERE }],
  ])("does not let %s listen everywhere without tokens", (_what, config) => {
    const refusal = { code: "ERR_LISTEN_OPEN", message: expect.stringContaining("0.0.0.0:4390") };
    expect(() => assertMayListen({ ...CONFIG_DEFAULT, ...config })).toThrow(
      expect.objectContaining(refusal),
    );
  });
});

describe("assertFree", () => {
  it("says which address is taken, and nothing of one that is free", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
      });
    });
    const address = { host: "127.0.0.1", port };
    await expect(assertFree(address)).rejects.toMatchObject({
      code: "ERR_LISTEN_IN_USE",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await expect(assertFree(address)).resolves.toBeUndefined();
  });

  it("says that an address is none of this machine's", async () => {
    await expect(assertFree({ host: "192.0.2.1", port: 1 })).rejects.toMatchObject({
      code: "ERR_LISTEN",
    });
  });
});
