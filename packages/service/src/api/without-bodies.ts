import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { ApiApp } from "./api-context.ts";

/** Adds routes that read no body: whatever comes, of whatever type, is neither parsed nor kept. */
export function withoutBodies(app: ApiApp, addRoutes: (app: ApiApp) => void): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => {
      payload.resume();
      payload.once("end", () => parsed(null));
      payload.once("error", parsed);
    });
    addRoutes(scope.withTypeProvider<TypeBoxTypeProvider>());
    done();
  });
}
