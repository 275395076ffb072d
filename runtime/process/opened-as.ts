import { OrketError } from '#crds';
import type { JournalStore } from '../journal/store.ts';

/** A store that lets nobody write who is another attempt than it was started as. `open` throws `StaleEpoch`. */
export function openedAs(attempt: number, store: JournalStore): JournalStore {
  return {
    async open() {
      const opened = await store.open();
      if (opened.epoch === attempt) return opened;
      await store.close();
      throw new OrketError('StaleEpoch', 'this process is another attempt than the journal is opened for', {
        expected: `attempt ${attempt}`,
        found: `attempt ${opened.epoch}`,
      });
    },
    append: (lines, options) => store.append(lines, options),
    putBlob: (bytes) => store.putBlob(bytes),
    readBlob: (ref) => store.readBlob(ref),
    anchor: (anchor) => store.anchor(anchor),
    close: () => store.close(),
  };
}
