/** `ingest`: send traces and reports. `read`: see decisions and what is known. `operate`: override. None implies another. */
export type AccessScope = "ingest" | "read" | "operate";

export const ACCESS_SCOPES: readonly AccessScope[] = ["ingest", "read", "operate"];

export const TENANT_DEFAULT = "default";

/** Who asks. */
export interface Principal {
  /** The token's name; audit rows carry it. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<AccessScope>;
}

/** Everybody, where the service runs without tokens. */
export const PRINCIPAL_OPEN: Principal = {
  name: "open",
  tenant: TENANT_DEFAULT,
  scopes: new Set(ACCESS_SCOPES),
};
