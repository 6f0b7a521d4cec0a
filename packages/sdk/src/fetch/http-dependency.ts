/** `http:host`, with the port unless it is the scheme's own: the name that spans of HTTP clients get too. */
export function httpDependency(url: URL): string {
  return `http:${url.host}`;
}
