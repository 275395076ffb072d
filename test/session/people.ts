import { bundleDigest, digestOf, type JsonObject } from '#crds';
import type { JournalRecord, SessionEvent } from '#runtime';
import type { Gate } from '../../runtime/call/gate-verdict.ts';
import { stablePath } from '../../runtime/call/path.ts';
import type { Decision } from '../../runtime/inbox/inbox.ts';
import { semanticsOf } from '../../runtime/semantics/semantics.ts';
import { personOf } from './memory-inbox.ts';
import type { SessionRig } from './rig.ts';

type Said = Pick<Decision, 'verdict' | 'note'> & Partial<Pick<Decision, 'input'>>;

/**
 * The people around a Session. What they say to a gate follows from where it stands and from nothing else, so that it is
 * the same in any timing and after any kill: most they approve, some they deny, edit, or leave until it expires.
 */
export class People {
  readonly #rig: SessionRig;
  readonly #open = new Map<number, Gate>();
  readonly #told = new Set<number>();

  constructor(rig: SessionRig) {
    this.#rig = rig;
  }

  /** Has them see which gates are open: of a process that was killed they may have heard nothing. */
  async look(): Promise<void> {
    this.#open.clear();
    for (const { opened } of await this.#rig.gates()) this.#open.set(opened.seq, opened);
  }

  /** Has them see what happens in the Session. */
  see(event: SessionEvent): void {
    if (event.type !== 'record') return;
    const { record } = event;
    if (record.type === 'gate.opened') this.#open.set(record.seq, record);
    if (record.type === 'gate.decided') this.#open.delete(record.body.gate);
  }

  /** Has them say what they have to say, each once. False where all that is open they leave until it expires. */
  decide(): boolean {
    let isSaid = false;
    for (const gate of this.#open.values()) {
      const said = saidTo(gate);
      if (said === null) continue;
      isSaid = true;
      if (!this.#told.has(gate.seq)) this.#send(gate, said);
    }
    return isSaid || this.#open.size === 0;
  }

  /** As many people say it as have to, so that who has said it by then does not depend on time. */
  #send({ seq, body }: Gate, said: Said): void {
    const { bundle, inbox } = this.#rig;
    this.#told.add(seq);
    const gateDigest = semanticsOf(1).gateDigest('uid-1', seq, body.callDigest, bundleDigest(bundle));
    const quorum = said.verdict === 'deny' ? 1 : Math.max(...body.approvers.map((demand) => demand.quorum));
    for (const name of ['ada', 'ben'].slice(0, quorum))
      inbox.send({
        kind: 'decision',
        id: `${name}-g${seq}`,
        from: personOf(name),
        gate: `g${seq}`,
        gateDigest,
        ...said,
      });
  }
}

function saidTo({ path, body }: JournalRecord<'gate.opened'>): Said | null {
  const place = stablePath(path);
  const draw = Number.parseInt(digestOf([place, body.inputDigest]).slice(-4), 16) % 16;
  if (body.kind === 'unknown') return { verdict: 'retry', note: '' };
  if (draw === 0) return { verdict: 'deny', note: `not at ${place}` };
  if (draw < 5 && body.expiresAt !== null) return null;
  if (draw > 11 && body.name === 'files.write' && path.endsWith('/g1'))
    return { verdict: 'approve', note: '', input: instead };
  return { verdict: 'approve', note: draw === 6 ? 'go on' : '' };
}

const instead: JsonObject = { path: 'edited.md', text: 'by a person' };
