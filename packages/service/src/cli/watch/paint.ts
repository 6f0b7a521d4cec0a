import { styleText } from "node:util";

export type Colour = "red" | "yellow" | "green" | "cyan" | "dim" | "bold" | "inverse";

/** Colours, or none: whoever paints need not know. */
export type Paint = (colour: Colour, text: string) => string;

export function paintWith(hasColours: boolean): Paint {
  return (colour, text) => (hasColours ? styleText(colour, text, { validateStream: false }) : text);
}

const STATES: Readonly<Record<string, Colour>> = {
  failing: "red",
  degraded: "yellow",
  recovering: "cyan",
  healthy: "green",
};

export function colourOfState(state: string): Colour {
  return STATES[state] ?? "dim";
}
