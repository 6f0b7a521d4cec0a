import { describe, expect, it } from "vitest";
import { formatAddress, isLoopback, parseAddress } from "./address.ts";

describe("parseAddress", () => {
  it.each([
    ["127.0.0.1:4390", { host: "127.0.0.1", port: 4390 }],
    ["localhost:0", { host: "localhost", port: 0 }],
    ["[::1]:65535", { host: "::1", port: 65_535 }],
    ["0.0.0.0:1", { host: "0.0.0.0", port: 1 }],
  ])("reads %s, and writes it the same again", (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  it.each([
    "",
    "4390",
    ":4390",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "::1:4390",
    "a b:1",
    "http://h:1",
    "h:-1",
    "[h]:1",
  ])("does not read %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe("isLoopback", () => {
  it.each(["127.0.0.1", "127.9.8.7", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1"])(
    "%s stays on this machine",
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    "0.0.0.0",
    "::",
    "",
    "10.0.0.1",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "1127.0.0.1",
    "::ffff:10.0.0.1",
    "::11",
  ])("%j does not", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
