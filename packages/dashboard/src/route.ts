/** Where the page is, as its hash says: a link to it can be sent to a colleague. */
export type Route =
  | { readonly page: "overview" }
  | { readonly page: "dependency"; readonly id: string };

export function parseRoute(hash: string): Route {
  const match = /^#\/d\/(.+)$/.exec(hash);
  if (match === null) return { page: "overview" };
  try {
    return { page: "dependency", id: decodeURIComponent(match[1]!) };
  } catch {
    return { page: "overview" };
  }
}

export function hashOf(route: Route): string {
  return route.page === "overview" ? "#/" : `#/d/${encodeURIComponent(route.id)}`;
}
