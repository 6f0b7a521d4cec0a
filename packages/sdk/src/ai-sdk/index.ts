export { headwayTelemetry } from "./headway-telemetry.ts";
export type { HeadwayTelemetry, HeadwayTelemetryOptions } from "./headway-telemetry.ts";
