import type { Random } from "@headway/core";
import type { ArrivalSpec } from "../scenario/scenario.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { AzureArrivals, readAzure } from "./azure.ts";
import type { Piece } from "./intensity.ts";
import { PoissonArrivals } from "./poisson.ts";
import { ServegenArrivals } from "./servegen.ts";
import { readServegen } from "./servegen-trace.ts";

export type OpenArrivalSpec = Exclude<ArrivalSpec, { kind: "closed" }>;

export interface OpenArrivalOptions {
  readonly spikes: readonly Piece[];
  readonly durationS: number;
  readonly dataFolder: string;
  readonly random: (purpose: string) => Random;
}

export function createOpenArrivals(
  spec: OpenArrivalSpec,
  { spikes, durationS, dataFolder, random }: OpenArrivalOptions,
): ArrivalTimes {
  switch (spec.kind) {
    case "poisson":
      return new PoissonArrivals(spec.perSecond, spikes, random("poisson"));
    case "servegen":
      return new ServegenArrivals(readServegen(dataFolder, spec.model), {
        perSecond: spec.perSecond,
        startS: spec.startS,
        durationS,
        spikes,
        random,
      });
    case "azure":
      return new AzureArrivals(readAzure(dataFolder), {
        perSecond: spec.perSecond,
        startS: spec.startS,
        spikes,
      });
  }
}
