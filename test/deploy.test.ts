import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import {
  DASHBOARDS,
  dashboardQueries,
  hastened,
  prometheusFolder,
  RULE_FILES,
  ruleText,
  rulesOf,
  scrapeConfig,
  sentBy,
} from "./fixtures/deploy-files.ts";
import {
  hasPrometheus,
  type PrometheusProcess,
  startPrometheus,
} from "./fixtures/prometheus-process.ts";
import { ScreeningFleet } from "./fixtures/screening-fleet.ts";
import { type ServiceProcess, startService, until } from "./fixtures/service-process.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const canRun = hasPrometheus();

const CLASSIC = "headway-signals-classic.yml";
const NATIVE = "headway-signals-native.yml";
const ALERTS = rulesOf("headway-alerts.yml");

const promtool = (...words: string[]): string =>
  execFileSync("promtool", words, { cwd: prometheusFolder, encoding: "utf8" });

describe("the dashboards", () => {
  it.each(DASHBOARDS.map((dashboard) => [dashboard.title, dashboard] as const))(
    "%s asks whatever Prometheus it is given",
    (_title, { panels, templating, schemaVersion }) => {
      expect(schemaVersion).toBeGreaterThanOrEqual(41);
      expect(templating.list[0]).toMatchObject({ name: "datasource", type: "datasource" });
      const asking = panels.filter(({ type }) => type !== "row");
      expect(asking.length).toBeGreaterThan(10);
      for (const { datasource, targets } of asking) {
        expect(targets?.length).toBeGreaterThan(0);
        for (const asked of [datasource, ...targets!.map((target) => target.datasource)])
          expect(asked?.uid).toBe("${datasource}");
      }
    },
  );

  it.each(DASHBOARDS.map((dashboard) => [dashboard.title, dashboard] as const))(
    "%s lays no panel over another, and gives each its own id",
    (_title, { panels }) => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    },
  );
});

describe("the rules", () => {
  it("record the same series for classic histograms and for native ones", () => {
    const recorded = (file: string): unknown[] => rulesOf(file).map(({ record }) => record);
    expect(recorded(NATIVE)).toEqual(recorded(CLASSIC));
    expect(ruleText(NATIVE)).not.toMatch(/_count\b(?!\()(?<!histogram_count)|_bucket\b/);
  });

  it.each(ALERTS.map((rule) => [rule.alert!, rule] as const))(
    "%s waits, says what is wrong, and leads to what to do",
    (alert, rule) => {
      expect(rule.for).toMatch(/^\d+[sm]$/);
      expect(rule.labels?.["severity"]).toMatch(/^(page|ticket)$/);
      expect(rule.annotations?.["summary"]).toBeTruthy();
      expect(rule.annotations?.["description"]).toBeTruthy();
      expect(rule.annotations?.["runbook_url"]).toBe(`docs/backends.md#${alert.toLowerCase()}`);
      expect(readFileSync(join(root, "docs/backends.md"), "utf8")).toContain(`\n### ${alert}\n`);
    },
  );
});

describe.skipIf(!canRun)("the rules, by promtool", () => {
  it("are well-formed, and so is the configuration that loads them", () => {
    expect(promtool("check", "rules", ...RULE_FILES.map((file) => `rules/${file}`))).not.toContain(
      "FAILED",
    );
    expect(promtool("check", "config", "prometheus.yml")).toContain("SUCCESS");
  });

  it("fire and stay silent as their unit tests say, over true minutes", () => {
    expect(promtool("test", "rules", "tests/alerts.test.yml")).toContain("SUCCESS");
  });

  it("have a unit test in which each alert fires, and one in which it is silent", () => {
    const text = readFileSync(join(prometheusFolder, "tests/alerts.test.yml"), "utf8");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- promtool has checked the form.
    const { tests } = parse(text) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const looks = tests.flatMap((test) => test.alert_rule_test);
    for (const { alert } of ALERTS) {
      const fires = looks
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts = [] }) => exp_alerts.length > 0);
      expect([alert, new Set(fires)]).toEqual([alert, new Set([true, false])]);
    }
  });
});

/** What a fleet can't bring about from outside: the unit tests alone make these fire. */
const NEEDS_A_BROKEN_SERVICE = [
  "HeadwayTickStale",
  "HeadwayTicksFailing",
  "HeadwayStoreFailing",
] as const;
const WITHOUT_SERVICE = ["HeadwayDown", "HeadwayHooksStale"] as const;
/** By the dependency that each must name, where it names one. */
const IN_STORM: Readonly<Record<string, string | undefined>> = {
  HeadwayRetryStorm: "tool:idp_lookup",
  HeadwayDrift: "db:cases",
  HeadwayFailing: "tool:idp_lookup",
  HeadwayCascadeRoot: "tool:idp_lookup",
  HeadwayBoundBinding: "tool:ledger",
  HeadwaySignalsDropped: undefined,
  HeadwayOverflow: undefined,
  HeadwayIngestRefused: undefined,
  HeadwayPolicyStale: undefined,
};
const HEALTHY_MS = 20_000;

describe.skipIf(!canRun)("a fleet in a Prometheus", () => {
  let service: ServiceProcess;
  let fleet: ScreeningFleet;
  let prometheus: PrometheusProcess;
  let breakIn: NodeJS.Timeout | undefined;

  const firing = (alert: string): Promise<readonly string[]> =>
    prometheus
      .query(`ALERTS{alertname="${alert}",alertstate="firing"}`)
      .then((samples) => samples.map(({ metric }) => metric["dependency"] ?? ""));

  const fires = async (alert: string, dependency = ""): Promise<void> => {
    const endMs = performance.now() + 60_000;
    while (!(await firing(alert)).includes(dependency)) {
      if (performance.now() > endMs)
        throw new Error(`${alert} never fired${dependency === "" ? "" : ` for ${dependency}`}`);
      await pause(250);
    }
  };

  beforeAll(async () => {
    service = await startService({
      policy: "defaults:\n  mode: advise\n",
      env: { HEADWAY_LIMITS_DEPENDENCIES_MAX: "8" },
    });
    fleet = await ScreeningFleet.create(service.url);
    const targets = { headway: [new URL(service.url).host], agents: fleet.targets };
    const files = Object.fromEntries(
      RULE_FILES.map((file) => [file, hastened(ruleText(file))] as const),
    );
    prometheus = await startPrometheus(configFor(targets), files);
    fleet.start();
  });

  afterAll(async () => {
    clearInterval(breakIn);
    await fleet.end();
    await prometheus.stop();
    await service.stop("SIGKILL");
  });

  it("is quiet while all is well", { timeout: 150_000 }, async () => {
    await prometheus.settled("dependency:headway_attempts:rate1m > 0", 5);
    await pause(HEALTHY_MS);
    // A machine that is busy with something else slows the whole fleet down, which is a drift and told as one: so some quarter of a
    // minute in which nothing fired will do, for an alert that fires in health gives none. Not the first moments, before a scrape.
    const fired = 'last_over_time(ALERTS{alertstate="firing"}[15s])';
    await until(
      async () => (await prometheus.query(fired)).map(({ metric }) => metric),
      (alerts) => alerts.length === 0,
      120_000,
    );
    expect(await prometheus.query("dependency:headway_amplification:ratio1m > 1.5")).toEqual([]);
  });

  it("has every alert fire in a storm, for what it is about", { timeout: 120_000 }, async () => {
    fleet.fallIll();
    await limitTheLedger(service.url);
    writeFileSync(service.policyFile, "defaults:\n  mode: on\n");
    breakIn = setInterval(() => void sendRubbish(service.url), 500);
    await Promise.all(
      Object.entries(IN_STORM).map(([alert, dependency]) => fires(alert, dependency)),
    );
    expect(await firing("HeadwayCascadeRoot")).not.toContain("tool:screening");
    for (const alert of [...WITHOUT_SERVICE, ...NEEDS_A_BROKEN_SERVICE])
      expect([alert, await firing(alert)]).toEqual([alert, []]);
  });

  it("says so when the service is gone", { timeout: 90_000 }, async () => {
    clearInterval(breakIn);
    service.process.kill("SIGKILL");
    await Promise.all(WITHOUT_SERVICE.map((alert) => fires(alert)));
  });

  it("answers every query of every dashboard", async () => {
    const empty: string[] = [];
    for (const { dashboard, panel, expression } of dashboardQueries()) {
      // The model is what throttles, the screening is what calls others; of the rest the provider has everything.
      const dependencies = [
        "tool:idp_lookup",
        "tool:ledger",
        "model:openai/gpt-5",
        "tool:screening",
      ];
      const answers = await Promise.all(
        dependencies.map((name) => prometheus.queryRange(sentBy(expression, name))),
      );
      if (answers.every((series) => series.length === 0))
        empty.push(`${dashboard}, ${panel}: ${expression}`);
    }
    expect(empty).toEqual([]);
  });

  it("answers every rule and alert, and what stands behind an alert's comparison", async () => {
    const empty: string[] = [];
    for (const file of RULE_FILES.filter((name) => name !== NATIVE)) {
      for (const { record, alert, expr } of rulesOf(file)) {
        const asked = alert === undefined ? [expr] : [expr.replaceAll(/ (?:>=?|==) [\d.]+/g, "")];
        for (const expression of asked.map((text) => hastened(text))) {
          const series = await prometheus.queryRange(expression);
          if (series.length === 0) empty.push(`${record ?? alert}: ${expression}`);
        }
      }
    }
    expect(empty).toEqual([]);
  });

  it("offers the dependencies to choose from", async () => {
    const choices = DASHBOARDS.flatMap(({ templating }) => templating.list).flatMap(
      ({ definition }) => definition ?? [],
    );
    expect(choices).toHaveLength(1);
    const [, selector, label] = /^label_values\((\w+), (\w+)\)$/.exec(choices[0]!) ?? [];
    expect(await prometheus.labelValues(selector!, label!)).toContain("tool:idp_lookup");
  });
});

/** The configuration that is shipped, with the addresses of here and a scrape twice a second. */
function configFor(targets: Readonly<Record<string, readonly string[]>>): string {
  const shipped = scrapeConfig();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- promtool has checked the form.
  const jobs = shipped["scrape_configs"] as { job_name: string }[];
  return stringify({
    ...shipped,
    global: { scrape_interval: "500ms", scrape_timeout: "400ms", evaluation_interval: "500ms" },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As above.
    rule_files: (shipped["rule_files"] as string[]).map((path) => path.replace("rules/", "")),
    scrape_configs: jobs.map((job) => ({
      ...job,
      static_configs: [{ targets: targets[job.job_name] }],
    })),
  });
}

async function limitTheLedger(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/overrides/tool:ledger`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      action: "limit",
      shape: { concurrency: 1 },
      forMs: 600_000,
      why: "the test binds it",
    }),
  });
  expect(answer.status).toBe(200);
}

/** A sender that is broken in three ways: no OTLP, a span without an id, a metric that is none of Headway's. */
async function sendRubbish(url: string): Promise<void> {
  const post = (path: string, body: unknown): Promise<unknown> =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }).catch(() => undefined);
  const span = { traceId: "0".repeat(31), spanId: "1".repeat(16), name: "x" };
  const point = { timeUnixNano: "1", asInt: "1" };
  await post("/v1/traces", "{");
  await post("/v1/traces", { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  await post("/v1/metrics", {
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: "queue.length", gauge: { dataPoints: [point] } }] }] },
    ],
  });
}
