import { ProblemError } from "../problem.ts";

/** With an offset, because an instant without one is another on every machine. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** `field` is named in the refusal; the text is not. */
export function instantMs(text: string, field: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      `${field} must be an RFC 3339 instant with an offset.`,
    );
  return ms;
}
