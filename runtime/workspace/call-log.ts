import { OrketError } from '#crds';
import type { FileLimits } from '../semantics/semantics.ts';
import { byCodePoint } from './order.ts';
import type { PathRefused } from './refusal.ts';
import type { FileChange, FileLog } from './workspace.ts';

type Access = FileLog['accesses'][number];

/** What one call did with files, each file once, within bounds: all of it goes into records. */
export class CallLog {
  readonly #limits: FileLimits;
  readonly #accesses = new Map<string, Access>();
  readonly #refusals: { path: string; rule: string }[] = [];
  readonly #changes = new Map<string, FileChange>();
  #operations = 0;
  #bytes = 0;

  constructor(limits: FileLimits) {
    this.#limits = limits;
  }

  /** Before anything is done. Throws ToolFailed for a call that does too much. */
  begin(): void {
    const { callOperations, callRefusals } = this.#limits;
    this.#operations += 1;
    if (this.#operations > callOperations) throw tooOften(`at most ${callOperations} times`);
    if (this.#refusals.length >= callRefusals) throw tooOften(`at most ${callRefusals} times in vain`);
  }

  did(operation: Access[0], path: string): void {
    this.#accesses.set(`${operation} ${path}`, [operation, path]);
  }

  refused({ path, rule }: PathRefused): void {
    this.#refusals.push({ path, rule });
  }

  /** Before a file is written; `place` is where it is in the whole Workspace. Throws StorageExceeded. */
  mayWrite(place: string, bytes: number, shown: string): void {
    const { callFiles, callBytes } = this.#limits;
    if (!this.#changes.has(place) && this.#changes.size >= callFiles) throw tooMuch(shown, `${callFiles} files`);
    if (this.#bytes + bytes > callBytes) throw tooMuch(shown, `${callBytes} bytes`);
    this.#bytes += bytes;
  }

  /** A file that is written again is one change, from what was there first to what is there last. */
  changed(change: FileChange): void {
    const { before } = this.#changes.get(change.path) ?? change;
    this.#changes.set(change.path, { ...change, before });
  }

  all(): FileLog {
    const order = ([a, path]: Access, [b, other]: Access): number => byCodePoint(a, b) || byCodePoint(path, other);
    return {
      accesses: [...this.#accesses.values()].toSorted(order),
      refusals: [...this.#refusals],
      changes: [...this.#changes.values()],
    };
  }
}

function tooOften(expected: string): OrketError {
  return new OrketError('ToolFailed', 'the call uses files too often', { expected, found: 'more' });
}

function tooMuch(at: string, most: string): OrketError {
  return new OrketError('StorageExceeded', 'one call writes too much', {
    at,
    expected: `at most ${most} in one call`,
    found: 'more',
    remedy: 'Write less, or in several calls.',
  });
}
