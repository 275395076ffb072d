import { OrketError } from '#crds';
import type { JournalRecord } from '../journal/record.ts';
import type { Difference } from './compared.ts';

/** Where a replay first comes to something else than its journal. */
export interface Divergence extends Difference {
  readonly seq: number;
  readonly path: string;
}

/** The replay and its journal part here. */
export class ReplayDiverged extends OrketError {
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { seq, path, field, expected, found } = divergence;
    super('ReplayDiverged', 'the replay comes to something else than the journal', {
      at: `journal record ${seq}${path === '' ? '' : ` at ${path}`}, ${field}`,
      expected: bounded(expected),
      found: bounded(found),
    });
    this.divergence = divergence;
  }
}

/** A journal that was broken off has nothing more to say; up to here it was right. */
export class ReplayEnded extends OrketError {
  readonly path: string;

  constructor(path: string) {
    super('ReplayEnded', 'the journal was broken off', { at: path });
    this.path = path;
  }
}

export function diverged({ seq, path }: Pick<JournalRecord, 'seq' | 'path'>, difference: Difference): ReplayDiverged {
  return new ReplayDiverged({ seq, path, ...difference });
}

function bounded(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 400).toWellFormed()}…`;
}
