import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

export interface DashboardFile {
  /** From the dashboard's root, with slashes: `index.html`, `assets/index-B1x2c3D4.js`. */
  readonly path: string;
  readonly type: string;
  readonly plain: Buffer;
  /** Absent where it would not be smaller. */
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** Its name changes with what is in it, so nobody needs to ask twice. */
  readonly isHashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

/** A build of a page is a dozen files; more is somebody's home directory. */
const FILES_MAX = 500;
const HASHED = /^assets\/.+-[\w-]{8}\.\w+$/;

/** In the published package beside the compiled code, in a checkout where the dashboard's own build puts it. */
const PLACES = ["../../dist/web/", "../../../dashboard/dist/"];

export function findDashboard(): string | undefined {
  return PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((directory) =>
    existsSync(join(directory, "index.html")),
  );
}

/**
 * The whole page, read and compressed once: some hundred kilobytes, and afterwards no request touches the disk, so none can name a file
 * that is not of the page.
 */
export function readDashboard(directory: string): readonly DashboardFile[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && Object.hasOwn(TYPES, extname(entry.name)))
    .slice(0, FILES_MAX)
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(join(directory, "/").length).replaceAll("\\", "/");
      return fileOf(path, readFileSync(file));
    });
}

function fileOf(path: string, plain: Buffer): DashboardFile {
  const gzip = gzipSync(plain, { level: 9 });
  return {
    path,
    type: TYPES[extname(path)] ?? "application/octet-stream",
    plain,
    gzip: gzip.length < plain.length ? gzip : undefined,
    etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
    isHashed: HASHED.test(path),
  };
}
