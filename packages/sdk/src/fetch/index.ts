export type { GuardOptions } from "./guard-options.ts";
export { headwayFetch } from "./headway-fetch.ts";
export { headwayInterceptor } from "./headway-interceptor.ts";
