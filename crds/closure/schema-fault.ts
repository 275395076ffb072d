/** Something wrong with a schema, or with a value against one; `path` is as in `a.b[0]`, empty for the whole. */
export interface SchemaFault {
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  /** What to write instead, where more can be said than what was expected. */
  readonly remedy?: string;
}
