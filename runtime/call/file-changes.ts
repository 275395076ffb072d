import type { ForkFact } from '../journal/fork-facts.ts';
import type { WorkspaceChange } from '../journal/record.ts';
import { Below } from './below.ts';
import { isBelow } from './path.ts';

/**
 * What calls changed in the Workspace, by where they are. What was done in a branch that was cancelled is undone: how far
 * it came depends on time, and files must not.
 */
export class FileChanges {
  readonly #changes = new Below<WorkspaceChange>();
  readonly #cancelled: string[] = [];

  /** In a replay the end of a branch may come before what is in it. */
  add({ type, path, body }: ForkFact): void {
    if (type === 'step.ended' && body.status === 'cancelled') {
      this.#cancelled.push(path);
      this.#changes.drop(path);
    }
    if (type !== 'call.outcome' || this.#cancelled.some((branch) => isBelow(path, branch))) return;
    for (const change of body.changes) this.#changes.add(path, change);
  }

  /** In order, of the call at a path and of all below it. */
  at(path: string): readonly WorkspaceChange[] {
    return this.#changes.at(path);
  }
}

/** The changes that records leave, in order. */
export function changesOfRecords(records: readonly ForkFact[]): readonly WorkspaceChange[] {
  const changes = new FileChanges();
  for (const record of records) changes.add(record);
  return changes.at('');
}
