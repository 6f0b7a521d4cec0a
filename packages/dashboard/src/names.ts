/** `tool:idp_lookup` → its kind and its name. What has no kind is an agent. */
export function kindOf(id: string): string {
  const at = id.indexOf(":");
  return at === -1 ? "agent" : id.slice(0, at);
}

export function nameOf(id: string): string {
  return id.slice(id.indexOf(":") + 1);
}
