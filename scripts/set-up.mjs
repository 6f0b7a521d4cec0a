// Makes a clone ready to run: installs when the lockfile is newer than what is installed, then builds what changed.
// Plain JavaScript without imports from the workspace, because on a fresh clone it runs under whatever Node is there.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modifiedMs = (path) => statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function npm(...words) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  // What npm prints of its work goes to standard error, so that a command's own output stays clean.
  const { status } = spawnSync("npm", words, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

// npm writes this file last, so a broken installation is not mistaken for a whole one. Not `npm ci`: that refuses a lockfile without
// the builds for other platforms, which npm leaves out where it cannot see them. Without saving, the lockfile rules all the same.
if (modifiedMs("node_modules/.package-lock.json") < modifiedMs("package-lock.json")) {
  npm("install", "--no-save", "--loglevel=error");
}
npm("run", "--silent", "build");
