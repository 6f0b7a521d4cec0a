import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { apiFile, ENTRIES, publicNames } from "./public-names.ts";

// Writes the list of public names of each entry. Reviewed like code: a name that leaves it breaks a user.
for (const [entry, source] of Object.entries(ENTRIES)) {
  mkdirSync(dirname(apiFile(entry)), { recursive: true });
  writeFileSync(apiFile(entry), publicNames(readFileSync(source, "utf8")));
}
