export { createService } from "./service.ts";
export type { Service, ServiceOptions } from "./service.ts";
export type { Address } from "./config/address.ts";
export { CONFIG_DEFAULT } from "./config/config.ts";
export type { ServiceConfig, ServiceLimits } from "./config/config.ts";
