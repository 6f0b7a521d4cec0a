/** Spans whose allow-listed attributes equal `when`, all of them, are calls to `dependency`. Wins over the conventions' table. */
export interface IdentityRule {
  /** Keys of the allow-list; a key outside it is a configuration error. */
  readonly when: Readonly<Record<string, string>>;
  readonly dependency: string;
}
