import { ALLOWED_ATTRIBUTES, ALLOWED_RESOURCE_ATTRIBUTES } from "../allow-list.ts";
import { ByteKeys } from "./byte-keys.ts";

export const SPAN_ATTRIBUTES: ByteKeys = new ByteKeys(ALLOWED_ATTRIBUTES);
export const RESOURCE_ATTRIBUTES: ByteKeys = new ByteKeys(ALLOWED_RESOURCE_ATTRIBUTES);

/** Of all events only this one is looked at, and of it only the type. */
export const EVENT_NAMES = new ByteKeys(["exception"]);
export const EVENT_KEYS = new ByteKeys(["exception.type"]);
