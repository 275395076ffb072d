import { fileStore } from '../../runtime/journal/file-store.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import { holding, largeValue, sampleDraft } from '../conformance/store-samples.ts';

/**
 * A process that writes a journal until it is killed: `node journal-writer.ts DIR`. Prints `locked` when it has the lock,
 * then the seq of each record it was told to be durable; exits with 3 where another process has the lock.
 */
const dir = process.argv[2] ?? '';
const journal = await openJournal({ store: fileStore({ dir }), clock: Date.now }).catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error ? error.message : 'unknown'}\n`);
  process.exit(3);
});
process.stdout.write('locked\n');
if (journal.seq === 0) await journal.append(sampleDraft('session.started'), { sync: true });
await journal.append(sampleDraft('attempt.started', { attempt: journal.epoch, torn: journal.torn }), { sync: true });
for (let count = 0; ; count += 1) {
  if (count % 10 === 5) {
    await journal.append(await holding(largeValue(`${journal.seq}`), journal), { sync: false });
  }
  const path = `write#${journal.epoch}/c${count + 1}~1`;
  void journal.append(sampleDraft('call.intent', {}, path), { sync: false });
  const { seq } = await journal.append(sampleDraft('call.outcome', {}, path), { sync: true });
  process.stdout.write(`${seq}\n`);
  // Lets signals and the pipe have their turn.
  await new Promise((resolve) => setImmediate(resolve));
}
