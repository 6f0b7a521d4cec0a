// Puts the built dashboard into the service's package before it is packed: in a checkout the service finds it where it was built.
import { cpSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), "packages");
const built = join(packages, "dashboard/dist");
const carried = join(packages, "service/dist/web");

if (!existsSync(join(built, "index.html"))) {
  console.error("The dashboard is not built: run `npm run build` first.");
  process.exit(1);
}
rmSync(carried, { recursive: true, force: true });
cpSync(built, carried, { recursive: true });
