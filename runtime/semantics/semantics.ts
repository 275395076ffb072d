import { OrketError } from '#crds';
import { semantics1 } from './1/index.ts';

export type Semantics = typeof semantics1;
export type FileLimits = Semantics['fileLimits'];
export type { BuiltinDefaults } from './1/builtin-tools.ts';
export type { RecordedAnswer } from './1/response.ts';
export type { Backoff } from './1/retry.ts';
export type { Seen, Signals } from './1/signals.ts';

/** What a new Session is pinned to. */
export const currentSemantics = 1;

const known: ReadonlyMap<number, Semantics> = new Map([[1, semantics1]]);

/** The semantics that a Session is pinned to. Throws `RuntimeUnsupported` for one that this build does not carry. */
export function semanticsOf(number: number): Semantics {
  const found = known.get(number);
  if (found !== undefined) return found;
  throw new OrketError('RuntimeUnsupported', 'this version cannot run the Session', {
    expected: `semantics ${[...known.keys()].join(', ')}`,
    found: `semantics ${number}`,
    remedy: 'Use the image named in the status of the Session, or a later version of Orket.',
  });
}
