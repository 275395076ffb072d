import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrketError } from '#crds';
import type { SessionFolder } from '#controller';
import {
  isLocked,
  readJournal,
  sendToInbox,
  systemPeople,
  type Adjustment,
  type Control,
  type Decision,
} from '#runtime';
import type { Shell } from '../commands/verb.ts';

export type Unsent<M> = Omit<M, 'id' | 'from'>;
export type Saying = Unsent<Decision> | Unsent<Adjustment> | Unsent<Control>;

/** How long a process that runs is given to take up what was sent. */
const patienceMs = 10_000;

/** Puts what this person says into the inbox of a Session and gives the ID it was sent under. */
export function say(folder: SessionFolder, saying: Saying, { uuid }: Pick<Shell, 'uuid'>): string {
  const id = `${saying.kind}-${uuid()}`;
  sendToInbox(folder.inbox, { ...saying, id, from: systemPeople(userInfo().uid) });
  return id;
}

/**
 * What a running process made of a message: `taken` or why it was refused; `waiting` where no process took it up. Follows
 * the journal, which is watched and not polled.
 */
export async function heard(
  folder: SessionFolder,
  id: string,
  signal: AbortSignal,
): Promise<'taken' | 'waiting' | { readonly refused: string }> {
  if (!isLocked(folder.path)) return 'waiting';
  const over = new AbortController();
  void sleep(patienceMs, undefined, { signal: over.signal, ref: false }).then(
    () => over.abort(),
    () => undefined,
  );
  const records = readJournal(folder.path, { follow: true, signal: AbortSignal.any([signal, over.signal]) });
  try {
    for await (const { kind, record } of records) {
      if (kind !== 'record') continue;
      // A process that parks leaves what comes after to the next attempt.
      if (record.type === 'session.parked' && !isLocked(folder.path)) return 'waiting';
      if (record.type !== 'input.received' || record.body.id !== id) continue;
      return record.body.refused === null ? 'taken' : { refused: record.body.refused };
    }
    return 'waiting';
  } finally {
    over.abort();
  }
}

/** Throws `Rejected` where the Session refused what was said. */
export function expectTaken(outcome: Awaited<ReturnType<typeof heard>>, at: string): void {
  if (typeof outcome === 'string') return;
  throw new OrketError('Rejected', 'the Session refused it', { at, found: outcome.refused });
}
