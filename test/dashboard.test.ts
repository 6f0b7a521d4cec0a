import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { nowMs } from "../examples/05-kyc/clock.ts";
import { VariantRun } from "../examples/05-kyc/run-variant.ts";
import { scenario } from "../examples/05-kyc/scenario.ts";
import {
  chromiumPath,
  framesWhileScrolled,
  frameTimes,
  launchChromium,
  seriousOf,
  watchPage,
} from "./fixtures/chromium.ts";
import { startLiveFeed } from "./fixtures/live-feed-server.ts";
import { isAtHand } from "./fixtures/peer.ts";
import { freePort, startService, until } from "./fixtures/service-process.ts";
import type { ServiceProcess } from "./fixtures/service-process.ts";

// What runs in the page has the page's globals; the tests' own program has none of them.
declare const document: {
  readonly documentElement: { readonly scrollHeight: number };
  querySelector(selector: string): object | null;
  addEventListener(type: string, listener: () => void, options: object): void;
};
declare const requestAnimationFrame: (callback: () => void) => void;
declare const location: { hash: string };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const POLICY = readFileSync(join(root, "examples/05-kyc/headway/headway.yaml"), "utf8");
const SCREEN = { width: 1280, height: 800 };
/** Set: the screenshots of the documentation are taken anew. */
const SHOTS = process.env["SCREENSHOTS"] === undefined ? null : join(root, "docs/dashboard");

/** Not the second that is usual: the machine may be busy. */
const POLL = { timeout: 15_000 };

const isHere = isAtHand("chromium", chromiumPath() !== undefined);

describe.runIf(isHere)("the dashboard in Chromium", () => {
  let browser: Browser;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const npm = spawnSync("npm", ["run", "--silent", "build", "-w", "packages/dashboard"], {
      cwd: root,
    });
    if (npm.status !== 0) throw new Error(`the page does not build: ${String(npm.stderr)}`);
    browser = await launchChromium();
    if (SHOTS !== null) mkdirSync(SHOTS, { recursive: true });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function open(url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: SCREEN, timezoneId: "UTC", ...options });
    closing.push(() => context.close());
    const page = await context.newPage();
    const watched = watchPage(page);
    await page.goto(url);
    return { page, watched };
  }

  async function serve(options: Parameters<typeof startService>[0] = {}): Promise<ServiceProcess> {
    const service = await startService(options);
    closing.push(() => service.stop());
    return service;
  }

  async function serveSynthetic(options: Parameters<typeof startLiveFeed>[0]) {
    const feed = await startLiveFeed(options);
    closing.push(() => feed.close());
    return feed;
  }

  const shoot = async (page: Page, name: string): Promise<void> => {
    if (SHOTS !== null) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  };

  it("shows in the demo's storm what is wrong, what is done and how one knows, and lets a person overrule it within a second", async () => {
    const service = await serve({ policy: POLICY });
    const phases = { healthyMs: 30_000, faultMs: 40_000, afterMs: 1_000, drainMs: 1_000 };
    const storm = { ...scenario({ seed: 7, short: false }), phases };
    const run = await VariantRun.prepare({
      variant: "with",
      scenario: storm,
      headwayUrl: service.url,
    });
    const startMs = nowMs() + 500;
    const running = run.run(startMs);
    closing.push(async () => {
      await running;
      run.end();
    });
    const { page, watched } = await open(service.url);
    await page.locator(".link-state.live").waitFor();
    await delay(startMs + phases.healthyMs - nowMs());
    const headline = page.locator(".headline");
    await headline
      .getByText(/own time .* times its usual|answers are errors/i)
      .waitFor({ timeout: 30_000 });
    await delay(6_000);
    const said = await headline.innerText();
    expect(said).toMatch(/idp_lookup is (slow|failing|saturated)/);
    expect(said).toContain("root cause");
    expect(said).toMatch(/Headway (limits|holds|puts) .*\suntil \d\d:\d\d:\d\d/s);
    expect(said).toMatch(/agents call it/);
    for (const part of [
      ".headline",
      ".headline .plot canvas",
      ".area-table .grid-row",
      ".graph .node.root",
      ".raster-box canvas",
      ".claims li",
    ])
      await expectOnScreen(page, part);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(
      SCREEN.height,
    );
    await shoot(page, "storm");
    expect(await seriousOf(page)).toEqual([]);

    await page.keyboard.press("o");
    await page
      .getByRole("dialog")
      .getByText(/outranks|calls a second/i)
      .first()
      .waitFor();
    await page.getByRole("radio", { name: /^Proceed/ }).check();
    await page
      .getByRole("textbox", { name: "Why" })
      .fill("Their team says it is back; letting all through.");
    await page.getByRole("button", { name: /^Let all priorities through for 15 min/ }).click();
    await shoot(page, "override");
    expect(await seriousOf(page)).toEqual([]);
    const confirm = page.getByRole("button", { name: "Yes, do it now" });
    const isShown = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let clickedMs = 0;
          document.addEventListener("click", () => (clickedMs = performance.now()), {
            capture: true,
            once: true,
          });
          const look = (): void => {
            const headline = document.querySelector(".headline .tag.person");
            const isOpen = document.querySelector("dialog[open]") !== null;
            if (clickedMs > 0 && headline !== null && !isOpen)
              resolve(performance.now() - clickedMs);
            else requestAnimationFrame(look);
          };
          look();
        }),
    );
    await confirm.click();
    const tookMs = await isShown;
    console.log(`override in sight ${Math.round(tookMs)} ms after the click`);
    expect(tookMs).toBeLessThan(1_000);
    const decisions: { decisions: { action: string; reason: { code: string } }[] } = JSON.parse(
      await (await fetch(`${service.url}/v1/decisions?dependency=tool:idp_lookup`)).text(),
    );
    expect(decisions.decisions[0]).toMatchObject({
      action: "proceed",
      reason: { code: "override" },
    });

    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator(".uplot canvas").nth(2).waitFor();
    expect(page.url()).toContain("#/d/tool%3Aidp_lookup");
    await delay(1_500);
    expect(await seriousOf(page)).toEqual([]);
    await shoot(page, "dependency");
    await page.keyboard.press("Escape");

    await page.keyboard.press("[");
    await page.keyboard.press("[");
    await page
      .locator(".past-news")
      .getByText(/THE PAST: .* \d\d s ago/)
      .waitFor();
    await expect.poll(() => page.locator(".grid-row").count(), POLL).toBe(1);
    expect(await page.locator(".link-state").innerText()).toBe("Past, not live");
    await page.keyboard.press("o");
    expect(await page.locator("dialog[open], .headline .button.main:enabled").count()).toBe(0);
    expect(await seriousOf(page)).toEqual([]);
    await page.keyboard.press("l");
    await page.locator(".link-state.live").waitFor();
    expect(watched).toEqual({ complaints: [], strangers: [] });
  }, 150_000);

  it("is sent in at most 250 KiB, and so is all that there is of it", async () => {
    const service = await serve();
    const { page } = await open("about:blank");
    let bytes = 0;
    const sizes: Promise<void>[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/v1/")) return;
      const ask = async (): Promise<void> => {
        const { responseBodySize } = await response.request().sizes();
        bytes += responseBodySize;
      };
      sizes.push(ask());
    });
    await page.goto(service.url);
    await page.getByText("Nothing has been reported yet").first().waitFor();
    await page.evaluate(() => (location.hash = "#/d/tool%3Anone"));
    await page.getByText("Nothing is known of").waitFor();
    await Promise.all(sizes);
    console.log(`sent for the first screen: ${(bytes / 1_024).toFixed(1)} KiB`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(250 * 1_024);
    const files = readdirSync(join(root, "packages/dashboard/dist"), {
      recursive: true,
      withFileTypes: true,
    });
    const all = files
      .filter((file) => file.isFile())
      .map((file) => gzipSync(readFileSync(join(file.parentPath, file.name))).length)
      .reduce((sum, size) => sum + size, 0);
    expect(all).toBeGreaterThan(bytes * 1.5);
    expect(all).toBeLessThan(250 * 1_024);
  });

  it("does not stutter at 500 dependencies and 5,000 agents, at rest and while it is scrolled", async () => {
    const feed = await serveSynthetic({ dependencies: 500, agents: 5_000 });
    const { page: empty } = await open("about:blank");
    const { page, watched } = await open(feed.url);
    await page.locator(".grid-row").first().waitFor();
    await delay(1_500);
    expect(await page.locator(".grid-row").count()).toBeLessThan(40);
    for (let tries = 0; tries < 3; tries += 1) {
      await empty.bringToFront();
      const ofEmpty = await frameTimes(empty, 2_000);
      await page.bringToFront();
      // Its first frame after it was behind is as late as it was long.
      await frameTimes(page, 200);
      const atRest = await frameTimes(page, 6_000);
      const whileScrolled = await framesWhileScrolled(page);
      console.log(`frames ${JSON.stringify({ ofEmpty, atRest, whileScrolled })}`);
      if (atRest.p95Ms <= 32 && whileScrolled.p95Ms <= 32) break;
      // A machine on which an empty page stutters says nothing about this one.
      if (ofEmpty.p95Ms > 20) console.warn("NOT MEASURED: the machine is too busy to tell");
      else expect({ atRest, whileScrolled }).toBe("at most 32 ms at the 95th percentile");
    }
    expect(watched.complaints).toEqual([]);
  }, 90_000);

  it.each(["light", "dark"] as const)(
    "keeps axe content in %s, calm and in trouble",
    async (colorScheme) => {
      for (const isHealthy of [true, false]) {
        const feed = await serveSynthetic({ dependencies: 60, agents: 400, isHealthy });
        const { page } = await open(feed.url, { colorScheme });
        await page.locator(".graph .node").first().waitFor();
        expect(await seriousOf(page)).toEqual([]);
        if (!isHealthy && colorScheme === "dark") await shoot(page, "dark");
      }
    },
  );

  it("is worked by keys alone: find, walk, open, come back", async () => {
    const feed = await serveSynthetic({ dependencies: 60, agents: 400, isHealthy: true });
    const { page } = await open(feed.url);
    await page.locator(".grid-row").first().waitFor();
    expect(await page.locator(".headline").innerText()).toMatch(
      /^Nothing is wrong\s+60 dependencies/,
    );
    await page.keyboard.press("/");
    await page.keyboard.type("service_03");
    await expect.poll(() => page.locator(".grid-row").count(), POLL).toBe(10);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    for (let step = 0; step < 30; step += 1) await page.keyboard.press("j");
    await page.keyboard.press("k");
    const selected = page.locator('.grid-row[aria-selected="true"]');
    await expectOnScreen(page, '.grid-row[aria-selected="true"]');
    const name = await selected.locator(".name").innerText();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("h1").innerText(), POLL).toContain(name.split(":")[1]);
    await page.keyboard.press("Escape");
    await page.locator(".overview").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  });

  it("never pretends: silent, it is stale; cut off, it says since when; back, it is live by itself", async () => {
    const feed = await serveSynthetic({ dependencies: 20, agents: 100 });
    const { page } = await open(feed.url);
    await page.locator(".link-state.live").waitFor();
    feed.setSilent(true);
    await page.locator(".link-state.stale").waitFor({ timeout: 8_000 });
    await page
      .locator(".old-news")
      .getByText(/NOT LIVE: what you see is as of \d\d:\d\d:\d\d/)
      .waitFor();
    feed.setSilent(false);
    // The frames in between are missed, so it takes a new snapshot.
    await page.locator(".link-state.live").waitFor();
    feed.setDown(true);
    await page.locator(".link-state.lost").waitFor();
    await page.locator(".old-news").waitFor();
    expect(await seriousOf(page)).toEqual([]);
    feed.setDown(false);
    await page.locator(".link-state.live").waitFor({ timeout: 15_000 });
    expect(await page.locator(".old-news").count()).toBe(0);
  });

  it("comes back to a service that was restarted", async () => {
    const httpPort = await freePort();
    const first = await startService({ httpPort });
    const { page } = await open(first.url);
    await page.locator(".link-state.live").waitFor();
    await first.stop();
    await page.locator(".link-state.lost").waitFor();
    await serve({ httpPort });
    await page.locator(".link-state.live").waitFor({ timeout: 20_000 });
  });

  it("asks for a token where tokens are set, and tells who may look but not act", async () => {
    const tokens = [
      "- name: viewer\n  token: viewer-viewer-viewer\n  scopes: [read]",
      "- name: ada\n  token: operator-operator-1\n  scopes: [read, operate]",
    ].join("\n");
    const service = await serve({ tokens });
    const asAda = {
      authorization: "Bearer operator-operator-1",
      "content-type": "application/json",
    };
    const put = await fetch(`${service.url}/v1/overrides/tool%3Ax`, {
      method: "PUT",
      headers: asAda,
      body: '{"action":"hold","forMs":60000,"why":"drill"}',
    });
    expect(put.status).toBe(200);
    const { page } = await open(service.url);
    const enter = async (token: string): Promise<void> => {
      await page.getByLabel("Token").fill(token);
      await page.getByRole("button", { name: "Look" }).click();
    };
    await page.getByText("This service asks for a token.").waitFor();
    expect(await seriousOf(page)).toEqual([]);
    await enter("no-such-token-at-all");
    await page.getByText("This token may not read.").waitFor();
    await enter("viewer-viewer-viewer");
    await page.locator(".link-state.live").waitFor();
    await page.locator(".headline .tag.person").waitFor();
    await page.reload();
    await page.locator(".link-state.live").waitFor();
    await page.keyboard.press("o");
    await page.getByRole("button", { name: "Take the override back" }).click();
    await page.getByText("Your token may look but not act.").waitFor();
    await until(
      async () => (await fetch(`${service.url}/v1/overrides`, { headers: asAda })).text(),
      (text) => text.includes("drill"),
    );
  });
});

async function expectOnScreen(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).first().boundingBox();
  expect(box, selector).not.toBeNull();
  const { x, y, width, height } = box!;
  expect({
    selector,
    isSeen:
      x >= 0 &&
      y >= 0 &&
      width > 0 &&
      height > 0 &&
      x + width <= SCREEN.width &&
      y + height <= SCREEN.height,
  }).toEqual({ selector, isSeen: true });
}
