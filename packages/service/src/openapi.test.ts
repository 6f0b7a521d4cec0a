import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createService } from "./service.ts";
import type { Service } from "./service.ts";

interface Operation {
  readonly summary?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, unknown>> }
    >
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let service: Service;
let document: Document;

beforeAll(async () => {
  service = await createService({ dataDir: null });
  document = (await service.app.inject("/openapi.json")).json();
});

afterAll(() => service.close());

const OTLP_TYPES = ["application/x-protobuf", "application/json"];

describe("the whole service's /openapi.json", () => {
  it("is valid OpenAPI 3.1", async () => {
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  });

  it("has words of its own for every operation and every answer", () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThan(15);
    for (const { path, method, operation } of operations) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toMatch(/\S/);
      for (const { description } of Object.values(operation.responses))
        expect(description, name).not.toBe("Default Response");
    }
  });

  it.each(["/v1/traces", "/v1/metrics"])("says of %s what it takes and what it answers", (path) => {
    const { requestBody, responses } = document.paths[path]!["post"]!;
    expect(Object.keys(requestBody?.content ?? {})).toEqual(OTLP_TYPES);
    expect(Object.keys(responses["200"]?.content ?? {})).toEqual(OTLP_TYPES);
    for (const status of ["4XX", "5XX"])
      expect(Object.keys(responses[status]?.content ?? {})).toEqual(["application/problem+json"]);
  });

  it("says of the operations routes what they answer", () => {
    const typesOf = (path: string, status: string): string[] =>
      Object.keys(document.paths[path]!["get"]!.responses[status]?.content ?? {});
    expect(typesOf("/healthz", "200")).toEqual(["application/json"]);
    expect(typesOf("/readyz", "503")).toEqual(["application/json"]);
    expect(typesOf("/metrics", "200")).toEqual(["text/plain"]);
    expect(typesOf("/metrics", "4XX")).toEqual(["application/problem+json"]);
  });
});
