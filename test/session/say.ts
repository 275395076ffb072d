import { digestOf, type JsonValue } from '#crds';
import { openJournal } from '../../runtime/journal/journal.ts';
import type { Adjust, Control } from '../../runtime/inbox/inbox.ts';
import type { SessionRig } from './rig.ts';

const from = { name: 'ada', groups: ['staff'], verifiedBy: 'os-uid' } as const;

/** Has an attempt of the Session receive what a person wants changed, and end before it does anything else. */
export async function wish(rig: SessionRig, id: string, adjust: Adjust): Promise<void> {
  await receive(rig, id, 'adjustment', { id, kind: 'adjustment', adjust: { ...adjust } as JsonValue });
}

export async function control(rig: SessionRig, id: string, what: Control['control']): Promise<void> {
  await receive(rig, id, 'control', { id, kind: 'control', control: what, note: '' });
}

async function receive(rig: SessionRig, id: string, kind: 'adjustment' | 'control', message: JsonValue): Promise<void> {
  const journal = await openJournal({ store: rig.store, clock: () => (rig.now += 1) });
  const attempt = { attempt: journal.epoch, runtime: 'test', torn: null };
  await journal.append({ type: 'attempt.started', path: '', body: attempt }, { sync: true });
  const body = { id, kind, content: { value: message }, contentDigest: digestOf(message), from, refused: null };
  await journal.append({ type: 'input.received', path: '', body }, { sync: true });
  await journal.close();
}
