import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { suppressTracing } from "../suppress-tracing.ts";

export interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** What Headway needs of `fetch` for its own requests. The global `fetch` fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

const httpAgent = new HttpAgent({ keepAlive: true });
const httpsAgent = new HttpsAgent({ keepAlive: true });

/** Statuses whose response may have no body object at all. */
const BODILESS = new Set([101, 204, 205, 304]);

/**
 * A `fetch` that never keeps the process alive: an open stream of decisions must not stop a script from ending, and the
 * global `fetch` offers no way to unreference its sockets. It bypasses undici's global dispatcher too, so Headway never
 * holds its own requests. Rejects like `fetch`: on a network error or an abort, not on a status.
 */
export function unreferencedFetch(url: string, init: FetchInit): Promise<Response> {
  return suppressTracing(
    () =>
      new Promise((resolve, reject) => {
        const request = open(url, init, (message) => {
          try {
            resolve(toResponse(message));
          } catch (error) {
            // A status that no Response can have. Thrown from a socket's event it would end the application's process.
            message.destroy();
            reject(error);
          }
        });
        request.on("socket", (socket) => socket.unref());
        request.on("error", reject);
        request.end(init.body);
      }),
  );
}

function open(
  url: string,
  init: FetchInit,
  onResponse: (message: IncomingMessage) => void,
): ClientRequest {
  const options: RequestOptions = {
    method: init.method ?? "GET",
    headers: { ...init.headers, "content-length": init.body?.byteLength ?? 0 },
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  };
  return url.startsWith("https:")
    ? httpsRequest(url, { ...options, agent: httpsAgent }, onResponse)
    : httpRequest(url, { ...options, agent: httpAgent }, onResponse);
}

function toResponse(message: IncomingMessage): Response {
  const status = message.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  if (BODILESS.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message), { status, headers });
}
