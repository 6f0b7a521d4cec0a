import { createHash } from "node:crypto";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi } from "./fixtures/test-api.ts";

let api: TestApi;

beforeEach(async () => {
  api = await createTestApi();
});

afterEach(() => api.close());

interface Operation {
  readonly summary?: string;
  readonly responses: Record<
    string,
    { content?: Record<string, { schema: unknown }>; description?: string }
  >;
}

function isComplete({ summary, responses }: Operation): boolean {
  const problems = [responses["4XX"], responses["5XX"]];
  const isSuccessSaid = Object.keys(responses).some((status) => status.startsWith("2"));
  return (
    summary !== undefined &&
    isSuccessSaid &&
    problems.every(
      (problem) => problem?.content?.["application/problem+json"]?.schema !== undefined,
    )
  );
}

describe("/openapi.json", () => {
  it("is valid OpenAPI 3.1", async () => {
    const document = (await api.app.inject("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const result = await new Validator().validate(document);
    expect(result).toMatchObject({ valid: true });
  });

  it("has every endpoint of the API, each with a summary and the schemas of its answers", async () => {
    const document = (await api.app.inject("/openapi.json")).json();
    const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          name: `${method.toUpperCase()} ${path}`,
          operation,
        })),
    );
    expect(operations.map(({ name }) => name).toSorted()).toEqual([
      "DELETE /v1/overrides/{dependency}",
      "GET /v1/audit",
      "GET /v1/authz",
      "GET /v1/decisions",
      "GET /v1/decisions/stream",
      "GET /v1/dependencies",
      "GET /v1/dependencies/{id}",
      "GET /v1/detections",
      "GET /v1/graph",
      "GET /v1/history",
      "GET /v1/live",
      "GET /v1/overrides",
      "GET /v1/overrides/{dependency}/preview",
      "GET /v1/signals",
      "POST /v1/authz",
      "POST /v1/decide",
      "PUT /v1/overrides/{dependency}",
    ]);
    expect(operations.filter(({ operation }) => !isComplete(operation))).toEqual([]);
  });
});

describe("/", () => {
  it("is a page that may run nothing but its own, and asks nobody else", async () => {
    const response = await api.app.inject("/");
    expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
    const policy = String(response.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    for (const tag of ["style", "script"]) {
      const text = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(response.body)?.[1] ?? "";
      const hash = createHash("sha256").update(text).digest("base64");
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
    expect(response.body).not.toMatch(/https?:\/\//);
    expect(response.body).not.toMatch(/\son\w+=|\sstyle=/);
  });

  it("links what the API has", async () => {
    const { body } = await api.app.inject("/");
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, path]) => path);
    expect(links.length).toBeGreaterThan(5);
    const answers = await Promise.all(
      links.filter((link) => link !== "/metrics").map(async (path) => api.app.inject(String(path))),
    );
    expect(answers.filter(({ statusCode }) => statusCode !== 200)).toEqual([]);
  });
});
