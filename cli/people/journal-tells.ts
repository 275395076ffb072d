import { OrketError } from '#crds';
import { Accounting, readJournal, type JournalRecord, type UsageRow } from '#runtime';
import { errorText } from '../output/problems.ts';
import { adjustmentsOf, type Adjusted } from './adjustments.ts';
import { readGates } from './gates.ts';
import { waitingText } from './waiting-text.ts';

/** What the journal of a Session tells a person beyond its status. */
export interface JournalTells {
  readonly used: readonly UsageRow[];
  readonly adjusted: readonly Adjusted[];
  /** The gates that wait, each as whoever decides it is shown it. */
  readonly waits: readonly string[];
}

export const nothingTold: JournalTells = { used: [], adjusted: [], waits: [] };

/** Reads it as far as it can be read: a broken one is told of in `unreadable`, and hides nothing else. */
export async function journalTells(
  dir: string,
  goesOn: boolean,
  now: number,
): Promise<JournalTells & { readonly unreadable: readonly string[] }> {
  const accounting = new Accounting();
  const records: JournalRecord[] = [];
  const unreadable = new Set<string>();
  const attempt = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof OrketError)) throw error;
      // What keeps one of them from being read often keeps all.
      unreadable.add(errorText(error));
      return null;
    }
  };
  await attempt(async () => {
    for await (const { kind, record } of readJournal(dir)) {
      if (kind !== 'record') continue;
      accounting.add(record);
      records.push(record);
    }
  });
  const adjusted = (await attempt(() => adjustmentsOf(records, dir))) ?? [];
  const waits = goesOn ? await attempt(async () => waitingText(await readGates(dir), now)) : [];
  return { used: accounting.rows(), adjusted, waits: waits ?? [], unreadable: [...unreadable] };
}
