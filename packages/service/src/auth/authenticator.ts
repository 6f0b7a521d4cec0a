import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback } from "../config/address.ts";
import { ProblemError } from "../problem.ts";
import type { AccessScope, Principal } from "./principal.ts";
import { PRINCIPAL_OPEN } from "./principal.ts";

export interface Token {
  /** SHA-256 of the secret: the secret itself is never kept. */
  readonly digest: Buffer;
  readonly principal: Principal;
}

const BEARER = /^bearer +(\S+) *$/i;

/**
 * Says who asks, for HTTP and gRPC alike. Without tokens everybody may do everything, which is why the service then
 * listens on loopback only.
 *
 * The whole table is compared on every request, in constant time per row, so that the time taken tells nothing of how
 * much of a guess was right or which row it was.
 */
export class Authenticator {
  readonly #tokens: readonly Token[] | null;

  constructor(tokens: readonly Token[] | null) {
    this.#tokens = tokens;
  }

  get isOpen(): boolean {
    return this.#tokens === null;
  }

  /** The principal, or the problem to answer with. A refusal here is no exception: it is half of what this is for. */
  authorize(
    authorization: string | undefined,
    scope: AccessScope,
    origin?: string,
  ): Principal | ProblemError {
    if (this.#tokens === null) return authorizeOpen(scope, origin);
    if (authorization === undefined)
      return refusal("ERR_AUTH_REQUIRED", "This needs Authorization: Bearer TOKEN.");
    const secret = BEARER.exec(authorization)?.[1];
    const principal = secret === undefined ? undefined : find(this.#tokens, digestOf(secret));
    if (principal === undefined) return refusal("ERR_AUTH_TOKEN", "The token is not known here.");
    if (principal.scopes.has(scope)) return principal;
    return new ProblemError(
      "ERR_AUTH_SCOPE",
      `This needs the scope "${scope}"; the token "${principal.name}" has it not.`,
    );
  }
}

export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

function find(tokens: readonly Token[], digest: Buffer): Principal | undefined {
  let found: Principal | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token.principal;
  return found;
}

/** Without tokens, a page open in the operator's browser could steer the fleet through a name that it points at loopback. */
function authorizeOpen(scope: AccessScope, origin: string | undefined): Principal | ProblemError {
  if (scope !== "operate" || origin === undefined) return PRINCIPAL_OPEN;
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  if (isLoopback(host)) return PRINCIPAL_OPEN;
  return new ProblemError(
    "ERR_AUTH_ORIGIN",
    "Without tokens, only pages served from loopback may operate.",
  );
}

function refusal(code: "ERR_AUTH_REQUIRED" | "ERR_AUTH_TOKEN", detail: string): ProblemError {
  const challenge = code === "ERR_AUTH_TOKEN" ? 'Bearer error="invalid_token"' : "Bearer";
  return new ProblemError(code, detail, { headers: { "www-authenticate": challenge } });
}
