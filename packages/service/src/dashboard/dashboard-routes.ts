import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiApp } from "../api/api-context.ts";
import { homeRoute } from "../api/home.ts";
import { findDashboard, readDashboard } from "./dashboard-files.ts";
import type { DashboardFile } from "./dashboard-files.ts";

const INDEX = "index.html";

/**
 * The page may run its own scripts and styles and ask its own service, and nothing else: nothing inline, no other host, no frame around
 * it, no form that leaves it.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  vary: "accept-encoding",
};

const YEAR_S = 31_536_000;

/**
 * The dashboard at `/`, or a plain page where none was built. It needs no token: there is nothing in the page itself. What it asks for
 * does, with the token in a header that no other site can make a browser send, so there is no cookie to forge a request with.
 */
export function dashboardRoutes(
  app: ApiApp,
  directory: string | null = findDashboard() ?? null,
): void {
  const files = directory === null ? [] : readDashboard(directory);
  if (!files.some(({ path }) => path === INDEX)) {
    homeRoute(app);
    return;
  }
  for (const file of files) {
    const url = file.path === INDEX ? "/" : `/${file.path}`;
    app.get(url, { schema: { hide: true } }, (request, reply) => sendFile(file, request, reply));
  }
}

function sendFile(
  { type, plain, gzip, etag, isHashed }: DashboardFile,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isGzip = gzip !== undefined && acceptsGzip(request.headers["accept-encoding"]);
  const tag = `"${etag}${isGzip ? "-gzip" : ""}"`;
  reply.headers({
    ...HEADERS,
    etag: tag,
    "cache-control": isHashed ? `public, max-age=${YEAR_S}, immutable` : "no-cache",
  });
  if (request.headers["if-none-match"]?.includes(tag)) return reply.code(304).send();
  if (isGzip) reply.header("content-encoding", "gzip");
  return reply.type(type).send(isGzip ? gzip : plain);
}

/** As RFC 9110 has it: named, or `*`, and not at a weight of nothing. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase());
  const own = codings.find((coding) => /^(gzip|x-gzip)\s*(;|$)/.test(coding));
  const named = own ?? codings.find((coding) => /^\*\s*(;|$)/.test(coding));
  return named !== undefined && !/;\s*q=0(\.0*)?$/.test(named);
}
