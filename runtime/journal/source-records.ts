import { OrketError } from '#crds';
import { beginning, readLine, refusal } from './chain.ts';
import { checkBlob } from './pack.ts';
import { factsIn } from './fork-facts.ts';
import type { BlobRef, JournalRecord } from './record.ts';
import type { ReadRecord } from './read.ts';
import type { JournalSource } from './source.ts';
import { RecordedValues } from './values.ts';

/**
 * The records of a source in order, checked as when a journal is opened. What follows the end of a Session, or the last
 * whole line, is left out. Throws JournalCorrupt, RuntimeUnsupported.
 */
export async function* recordsOf(source: JournalSource): AsyncGenerator<ReadRecord> {
  let place = beginning;
  for await (const lines of source.lines()) {
    for (const line of lines) {
      const link = readLine(line, place);
      if (link.kind === 'break' || link.kind === 'unsupported') throw refusal(link);
      place = link.place;
      yield link.kind === 'record' ? { kind: 'record', record: link.record } : { kind: 'foreign', record: link.record };
      if (link.record.type === 'session.ended') return;
    }
  }
}

/** The records of a Session, after what it took over as a fork: that has seqs below 1. Throws as `recordsOf`. */
export async function historyOf(source: JournalSource): Promise<readonly JournalRecord[]> {
  const values = valuesOf(source);
  const records: JournalRecord[] = [];
  for await (const { kind, record } of recordsOf(source)) {
    if (kind !== 'record') continue;
    records.push(record);
    values.add(record);
  }
  return [...(await factsIn(records, values.read)), ...records];
}

/** The values of a source: `add` the records in order, then what they name can be read. */
export function valuesOf(source: JournalSource): RecordedValues {
  const putBlob = (): Promise<never> => Promise.reject(new OrketError('Internal', 'a journal that is only read'));
  const readBlob = async (ref: BlobRef): Promise<Uint8Array> => {
    const bytes = (await source.readBlob(ref)) ?? new Uint8Array();
    checkBlob(bytes, ref);
    return bytes;
  };
  return new RecordedValues({ putBlob, readBlob });
}
