/** Joins the service's address with a path, whatever slash the address ends in; a prefix in it is kept. */
export function endpoint(url: string, path: string): string {
  return new URL(path, url.endsWith("/") ? url : `${url}/`).href;
}

export function headersFor(
  token: string | undefined,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return token === undefined ? { ...headers } : { ...headers, authorization: `Bearer ${token}` };
}
