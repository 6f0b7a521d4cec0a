import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { AxeResults } from "axe-core";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAtHand } from "../../../../../test/fixtures/peer.ts";
import {
  emptyMeasurement,
  fullestMeasurement,
  smallestMeasurement,
} from "./fixtures/edge-measurements.ts";
import { IDENTITY } from "./fixtures/storm-attempts.ts";
import { stormMeasurement } from "./fixtures/storm-measurement.ts";
import { htmlReport } from "./html-report.ts";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** A4 within its margins, in CSS pixels. */
const PRINT_WIDTH = 703;

const REPORTS = {
  "a storm": stormMeasurement,
  nothing: emptyMeasurement,
  "one agent, one call": smallestMeasurement,
  "everything at its bounds": () => fullestMeasurement(),
} as const;

type Report = keyof typeof REPORTS;

/** For the fullest report, on a machine that has other work. */
const SCREEN_TIMEOUT_MS = 90_000;

const SCREENS = [
  ["a desk", 1280, 800, "light"],
  ["a desk at night", 1280, 800, "dark"],
  ["a hand", 390, 844, "light"],
  ["a hand at night", 390, 844, "dark"],
] as const;

describe.runIf(isAtHand("chromium", existsSync(EXECUTABLE)))("the report in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "headway-report-"));
  let browser: Browser;

  beforeAll(async () => {
    for (const [name, measurement] of Object.entries(REPORTS))
      writeFileSync(fileOf(folder, name), htmlReport(measurement()));
    // Without its sandbox, because tests may run as root, where Chromium refuses to have one; the pages are our own.
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(SCREENS)("on %s (%i × %i, %s)", (_, width, height, colorScheme) => {
    it.each(namesIn(colorScheme))(
      "opens %s from disk: no request, no error, nothing beyond the edge, nothing serious for axe",
      async (name) => {
        const { page, troubles } = await open(name, { viewport: { width, height }, colorScheme });
        expect(await overflow(page)).toBe(0);
        expect(await seriousOf(page)).toEqual([]);
        expect(troubles).toEqual([]);
        await page.close();
      },
      SCREEN_TIMEOUT_MS,
    );
  });

  it("shows the sentence, how sure it is and the biggest finding with its picture on the first screen", async () => {
    const { page } = await open("a storm", { viewport: { width: 1280, height: 800 } });
    for (const selector of ["h1", ".sureness", ".where", ".first", ".evidence"]) {
      const box = await page.locator(selector).first().boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? Infinity), selector).toBeLessThan(800);
    }
    await page.close();
  });

  it("reads values off a plot by arrow keys", async () => {
    const { page } = await open("a storm", { viewport: { width: 1280, height: 800 } });
    const slider = page.getByLabel(`Time in the plot of ${IDENTITY}`).last();
    await slider.focus();
    for (let step = 0; step < 60; step += 1) await slider.press("ArrowRight");
    const figure = page.locator(".latency").first();
    // Bucket 60 of 120 in half an hour; by then the provider is ten times as slow.
    await expect
      .poll(() => figure.locator("output").textContent())
      .toMatch(
        /^10:15:00: p50 [23]\.\d+ s, p95 [34][.\d]* s, p99 [34][.\d]* s, \d+ attempts, \d+ failed$/,
      );
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^10:15:00: p50/);
    await page.close();
  });

  it("names the row under the pointer", async () => {
    const { page } = await open("a storm", { viewport: { width: 1280, height: 800 } });
    const plot = page.locator(".raster > svg").first();
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await plot.hover({ position: { x: box.width * 0.465, y: box.height * 0.5 } });
    const output = page.locator(".raster").first().locator("output");
    await expect
      .poll(() => output.textContent())
      .toMatch(/^10:1\d:\d\d: \d+ retries by all, row of agent-\d\d$/);
    await page.close();
  });

  it("sorts a table by a column, numbers first by the largest, and says so", async () => {
    const { page } = await open("a storm", { viewport: { width: 1280, height: 800 } });
    const table = page.getByRole("table", { name: "Agents" });
    const retries = async (): Promise<number[]> =>
      (await table.locator("tbody tr td:nth-child(6)").allTextContents()).map(Number);
    await table.getByRole("button", { name: "Retries" }).press("Enter");
    const descending = await retries();
    expect(descending).toEqual(descending.toSorted((a, b) => b - a));
    expect(new Set(descending).size).toBeGreaterThan(3);
    expect(await table.locator("th[aria-sort=descending]").innerText()).toContain("Retries");
    await table.getByRole("button", { name: "Retries" }).press("Enter");
    expect(await retries()).toEqual(descending.toReversed().toSorted((a, b) => a - b));
    await page.close();
  });

  it("prints whole: on the width of a page nothing is cut off or left out", async () => {
    const { page } = await open("a storm", { viewport: { width: PRINT_WIDTH, height: 1_123 } });
    await page.emulateMedia({ media: "print" });
    expect(await overflow(page)).toBe(0);
    const cut = await page.evaluate<number>(
      '[...document.querySelectorAll(".scroll")].filter((box) => box.scrollHeight > box.clientHeight + 1).length',
    );
    expect(cut).toBe(0);
    await page.close();
  });

  async function open(
    name: Report,
    options: NonNullable<Parameters<Browser["newPage"]>[0]>,
  ): Promise<{ page: Page; troubles: string[] }> {
    const page = await browser.newPage(options);
    const url = pathToFileURL(fileOf(folder, name)).href;
    const troubles: string[] = [];
    page.on("request", (request) => {
      if (request.url() !== url) troubles.push(`request ${request.url()}`);
    });
    page.on("console", (message) => troubles.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(url);
    return { page, troubles };
  }
});

/** Axe takes seconds for the fullest report, so it is looked at by day only. */
function namesIn(colorScheme: "light" | "dark"): Report[] {
  const names = Object.keys(REPORTS) as Report[];
  return names.filter((name) => colorScheme === "light" || name !== "everything at its bounds");
}

function fileOf(folder: string, name: string): string {
  return join(folder, `${name.replaceAll(/\W+/g, "-")}.html`);
}

/** By how many pixels the page is wider than the window. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

async function seriousOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
