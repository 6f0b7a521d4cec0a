import { describe, expect, it } from "vitest";
import { ServiceApi, ServiceError } from "./service-api.ts";

function apiAnswering(answer: () => Response) {
  const asked: {
    url: string;
    method: string;
    body: string | null;
    authorization: string | null;
  }[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    asked.push({
      url: request.url,
      method: request.method,
      body: await request.text(),
      authorization: request.headers.get("authorization"),
    });
    return answer();
  };
  return {
    api: new ServiceApi({ base: "http://headway/at/", token: () => "secret", fetch }),
    asked,
  };
}

describe("the service's API", () => {
  it("is asked under the page's own path, with the token, and names encoded", async () => {
    const { api, asked } = apiAnswering(() => Response.json({}));
    await api.override("model:openai/gpt-5", { action: "hold", forMs: 1, why: "drill" });
    await api.preview("tool:a", { action: "limit", from: 3, to: 5, concurrency: 12 });
    await api.history("tool:a", 0, 1_000);
    await api.viewAt(0);
    expect(asked.map(({ url, method }) => `${method} ${url}`)).toEqual([
      "PUT http://headway/at/v1/overrides/model%3Aopenai%2Fgpt-5",
      "GET http://headway/at/v1/overrides/tool%3Aa/preview?action=limit&from=3&to=5&concurrency=12",
      "GET http://headway/at/v1/history?dependency=tool%3Aa&from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A00%3A01.000Z",
      "GET http://headway/at/v1/live?at=1970-01-01T00%3A00%3A00.000Z",
    ]);
    expect(asked[0]).toMatchObject({
      body: '{"action":"hold","forMs":1,"why":"drill"}',
      authorization: "Bearer secret",
    });
  });

  it("takes an empty answer for done", async () => {
    const { api } = apiAnswering(() => new Response(null, { status: 204 }));
    await expect(api.clearOverride("tool:a")).resolves.toBeUndefined();
  });

  it.each([
    [
      () =>
        Response.json(
          { detail: "priority.from must be at most priority.to", code: "ERR_CONFIG_RANGE" },
          { status: 400 },
        ),
      400,
      "priority.from must be at most priority.to",
      "ERR_CONFIG_RANGE",
    ],
    [
      () => new Response("<html>proxy</html>", { status: 502 }),
      502,
      "The service answered 502.",
      null,
    ],
  ])(
    "says no in the service's own words, where it has some",
    async (answer, status, message, code) => {
      const error: unknown = await apiAnswering(answer)
        .api.clearOverride("tool:a")
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ServiceError);
      expect(error).toMatchObject({ status, message, code });
    },
  );

  it("says that the service does not answer, when it does not", async () => {
    const api = new ServiceApi({
      base: "http://headway/",
      token: () => null,
      fetch: () => Promise.reject(new TypeError("x")),
    });
    await expect(api.viewAt(0)).rejects.toMatchObject({
      status: 0,
      message: "The service does not answer.",
    });
  });
});
