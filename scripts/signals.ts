import { readFileSync, writeFileSync } from "node:fs";
import { SIGNALS_PAGE, withSignalTable } from "./signal-registry.ts";

// Writes the table of signals into the page that describes them.
writeFileSync(SIGNALS_PAGE, withSignalTable(readFileSync(SIGNALS_PAGE, "utf8")));
