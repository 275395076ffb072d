import { watch } from 'node:fs';
import { isFinal, type SessionFolder } from '#controller';
import { readJournal, type ReadRecord } from '#runtime';

/**
 * The records of a Session as they are written, until it has ended: by its own last record, or, where no attempt lived to
 * write one, by the status that its controller wrote beside the journal.
 */
export async function* followJournal(folder: SessionFolder, signal: AbortSignal): AsyncGenerator<ReadRecord> {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    const session = await folder.readSession().catch(() => null);
    if (isFinal(session?.status.phase)) over.abort();
  };
  const watcher = watch(folder.path, (_event, file) => {
    if (file === null || file === 'session.yaml') void look();
  });
  try {
    await look();
    let seen = 0;
    const records = readJournal(folder.path, { follow: true, signal: AbortSignal.any([signal, over.signal]) });
    for await (const read of records) {
      seen += 1;
      yield read;
    }
    // Being told of the end may come before being told of the last records: the rest is read as it stands.
    let index = 0;
    if (!signal.aborted) for await (const read of readJournal(folder.path)) if ((index += 1) > seen) yield read;
  } finally {
    watcher.close();
  }
}
