import { createServer } from "node:net";
import type { FastifyInstance } from "fastify";
import { HeadwayError } from "@headway/core";
import type { Address } from "./config/address.ts";
import { formatAddress, isLoopback } from "./config/address.ts";
import type { ServiceConfig } from "./config/config.ts";

/** Without tokens, whoever reaches the port may hold the whole fleet. */
export function assertMayListen({ http, grpc, tokensFile, allowOpen }: ServiceConfig): void {
  if (tokensFile !== null || allowOpen) return;
  for (const [name, address] of [["http", http] as const, ["grpc", grpc] as const]) {
    if (address === null || isLoopback(address.host)) continue;
    throw new HeadwayError(
      "ERR_LISTEN_OPEN",
      `${name} must be on loopback while there are no tokens, got ${formatAddress(address)}; give --tokens FILE, or --allow-open if everybody who reaches it may steer the fleet`,
    );
  }
}

/** Asked before anything else is opened, so that a second `serve` is told about the port and not about a locked store. */
export async function assertFree(address: Address): Promise<void> {
  if (address.port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (error) => {
      reject(listenError(error, address));
    });
    probe.listen({ ...address, exclusive: true }, () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}

export async function listenHttp(app: FastifyInstance, address: Address): Promise<Address> {
  try {
    await app.listen(address);
  } catch (error) {
    throw listenError(error, address);
  }
  const bound = app.server.address();
  return typeof bound === "object" && bound !== null
    ? { host: address.host, port: bound.port }
    : address;
}

export function listenError(error: unknown, address: Address): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const where = formatAddress(address);
  if (code === "EADDRINUSE")
    return new HeadwayError(
      "ERR_LISTEN_IN_USE",
      `The address must be free, got ${where}, which another process listens on`,
    );
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new HeadwayError(
      "ERR_LISTEN",
      `The address must be one that this process may listen on, got ${code} for ${where}`,
    );
  }
  return error;
}
