import { STATUS_CODES } from "node:http";
import swagger from "@fastify/swagger";
import type { FastifySchema } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { Type } from "typebox";
import { Dependency } from "./schemas.ts";

const DESCRIPTION =
  "The coordination layer for fleets of AI agents: what Headway sees of how agents call, and what it decides from it.";

/** What stands for the rest of a path in the router, and what it is called in the document. */
const REST_OF_PATH: Readonly<Record<string, string>> = {
  "/v1/dependencies/*": "id",
  "/v1/overrides/*": "dependency",
};

/** Collects the schemas of every route registered after it; `/openapi.json` gives them. */
export const openapi = fastifyPlugin(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Headway",
        description: DESCRIPTION,
        version: "0.1.0",
        license: { name: "Apache-2.0" },
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }, {}],
    },
    transform: ({ schema, url }) => nameRest(describeAnswers(schema), url),
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
});

/** Every answer must have a description; one that needs no words of its own has the status'. */
function describeAnswers(schema: FastifySchema): FastifySchema {
  if (!isObject(schema?.response)) return schema;
  const response = Object.entries(schema.response).map(([status, answer]) => [
    status,
    isObject(answer) ? { description: STATUS_CODES[status] ?? "An answer.", ...answer } : answer,
  ]);
  return { ...schema, response: Object.fromEntries(response) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** OpenAPI has no wildcard: there it is a parameter, whose slashes a client encodes. */
function nameRest(schema: FastifySchema, url: string): { schema: FastifySchema; url: string } {
  const name = REST_OF_PATH[url];
  if (name === undefined) return { schema, url };
  const params = Type.Object({ [name]: Dependency });
  return { schema: { ...schema, params }, url: url.replace("*", `:${name}`) };
}
