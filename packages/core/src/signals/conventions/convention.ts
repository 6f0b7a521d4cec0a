import type { Identity } from "../identity.ts";
import type { SpanView } from "../span-view.ts";

/** Says what a span is if it is one of its own, else nothing. Conventions are asked in order; the first answer stands. */
export type Convention = (span: SpanView) => Identity | undefined;
