import { createHash } from "node:crypto";
import type { ApiApp } from "./api-context.ts";
import { HOME_PAGE, HOME_SCRIPT, HOME_STYLE } from "./home-page.ts";

/** The page may run its own style and script, ask its own service, and nothing else: no host is named in it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(HOME_STYLE)}`,
  `script-src ${hashOf(HOME_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Needs no token: there is nothing in the page itself. What it asks for does. */
export function homeRoute(app: ApiApp): void {
  app.get("/", { schema: { hide: true } }, (_request, reply) =>
    reply
      .headers({
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      })
      .type("text/html; charset=utf-8")
      .send(HOME_PAGE),
  );
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
