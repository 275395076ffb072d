/** Where in checking a manifest a problem was found. The API server judges `decode` and `admission`; `closure` it cannot. */
export type Stage = 'decode' | 'admission' | 'closure';

/** One thing wrong with a manifest. Problems are collected, never thrown one by one. */
export interface Problem {
  readonly stage: Stage;
  /** CamelCase, for example `Required`, `UnknownField`, `Duplicate`, `ReferenceNotFound`. */
  readonly reason: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** As the API server writes it: `spec.roles[0].name`. Empty for the whole document. */
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}
