import { digestOf, isJsonObject, type Digest, type JsonObject, type JsonValue } from '#crds';
import { meets } from '../call/gate-verdict.ts';
import { isBelow, splitAttempt } from '../call/path.ts';
import type { FalseClaim } from './claims.ts';
import type { BlobRef, GateKind, GateVerdict, JournalRecord } from './record.ts';

type Opened = JournalRecord<'gate.opened'>;
type Decided = JournalRecord<'gate.decided'>;
type Received = JournalRecord<'input.received'>;

/** What a decision says, as far as it is told from others by it. */
interface Said {
  readonly gate?: JsonValue;
  readonly gateDigest?: JsonValue;
  readonly verdict?: JsonValue;
  /** Of the input instead, or of the outcome, that it gives. */
  readonly given?: Digest | null;
}

/** The blob with what a decision says where its record does not hold it: whoever tells the story has to read it. */
export function saidElsewhere(record: JournalRecord): BlobRef | null {
  if (record.type !== 'input.received' || !counts(record)) return null;
  const { content } = record.body;
  return content !== null && 'blob' in content ? content.blob : null;
}

/** What a decision that was received has to say for a verdict. */
const saidFor: Readonly<Record<Exclude<GateVerdict, 'expired'>, string>> = {
  approved: 'approve',
  edited: 'approve',
  denied: 'deny',
  retry: 'retry',
  supplied: 'supply',
  aborted: 'abort',
};

const ofUnknown: ReadonlySet<GateVerdict> = new Set(['retry', 'supplied', 'aborted']);

/** What records say of gates, as they come: who was asked what, what was received, and what followed from it. */
export class StoryOfGates {
  readonly #opened = new Map<number, Opened>();
  readonly #decided = new Map<number, Decided>();
  readonly #received = new Map<string, Received>();
  /** Decisions that count, by their ID. */
  readonly #said = new Map<string, Said>();
  /** The same by the gate that they name, in order. */
  readonly #saidOf = new Map<string, Received[]>();
  readonly #used = new Set<string>();

  /** Who had the Session run, null where nobody knows. */
  requester: string | null = null;
  /** What a decision about a gate has to name; null where that cannot be told. */
  digestOf: ((gate: number, callDigest: Digest) => Digest) | null = null;

  openFlaw({ seq, path, body }: Opened): FalseClaim | null {
    const { voids, approvers } = body;
    if (approvers.length === 0) return wrong('approvers', 'at least one demand', 'none');
    if (voids === null) return null;
    const [before, decided] = [this.#opened.get(voids.gate), this.#decided.get(voids.gate)];
    if (before === undefined || before.seq >= seq) return wrong('voids.gate', 'a gate before', `${voids.gate}`);
    // An attempt may be withdrawn and the next one be asked about.
    if (baseOf(before.path) !== baseOf(path)) return wrong('voids.gate', `a gate of ${baseOf(path)}`, before.path);
    return decided === undefined || !lets(decided.body.verdict)
      ? wrong('voids.gate', 'a gate that was approved', decided?.body.verdict ?? 'one that waits')
      : null;
  }

  opened(record: Opened): void {
    this.#opened.set(record.seq, record);
  }

  /** `elsewhere` is what `saidElsewhere` names. */
  receiveFlaw(record: Received, elsewhere: JsonValue | undefined): FalseClaim | null {
    const { id, content } = record.body;
    if (this.#received.has(id)) return wrong('id', 'what was not received before', JSON.stringify(id));
    if (!counts(record) || isJsonObject(saidIn(record, elsewhere))) return null;
    return wrong('content', 'what was decided, here or in a blob', content === null ? 'a digest alone' : 'no decision');
  }

  received(record: Received, elsewhere: JsonValue | undefined): void {
    const { id } = record.body;
    this.#received.set(id, record);
    const content = counts(record) ? saidIn(record, elsewhere) : undefined;
    if (!isJsonObject(content)) return;
    const { gate = null, gateDigest = null, verdict = null } = content;
    this.#said.set(id, { gate, gateDigest, verdict, given: givenIn(content) });
    if (typeof gate === 'string') this.#saidOf.set(gate, [...(this.#saidOf.get(gate) ?? []), record]);
  }

  decideFlaw(record: Decided): FalseClaim | null {
    const { path, body } = record;
    const gate = this.#opened.get(body.gate);
    if (gate === undefined) return wrong('gate', 'a gate that was opened before', `${body.gate}`);
    if (gate.path !== path) return wrong('gate', `the gate at ${path}`, `that at ${gate.path}`);
    if (this.#decided.has(body.gate)) return wrong('gate', 'a gate that waits', 'one that was decided');
    const { kind, expiresAt, onExpiry } = gate.body;
    if (!suits(body.verdict, kind)) return wrong('verdict', `one for a gate of kind ${kind}`, body.verdict);
    if (body.decisions.length === 0) {
      const expired = onExpiry === 'allow' ? 'approved' : 'expired';
      if (expiresAt === null) return wrong('decisions', 'at least one, as the gate does not expire', 'none');
      return body.verdict === expired ? null : wrong('verdict', `${expired}, as nobody decided`, body.verdict);
    }
    if (body.verdict === 'expired') return wrong('decisions', 'none, as it expired', `${body.decisions.length}`);
    return this.#saidFlaw(record, gate) ?? this.#enoughFlaw(record, gate) ?? this.#withdrawnFlaw(record);
  }

  decided(record: Decided): void {
    this.#decided.set(record.body.gate, record);
    for (const id of record.body.decisions) this.#used.add(id);
  }

  /** An outcome that people supplied stands at a gate of its call that said so. */
  suppliedFlaw(path: string, gate: number): FalseClaim | null {
    const decided = this.#decided.get(gate);
    if (decided?.body.verdict === 'supplied' && isBelow(decided.path, path)) return null;
    return wrong('from.gate', `a gate of ${path} at which it was supplied`, decided?.path ?? `${gate}`);
  }

  /** Gates at which a Session parks were opened. */
  parkFlaw(gates: readonly number[]): FalseClaim | null {
    const other = gates.find((gate) => !this.#opened.has(gate));
    return other === undefined ? null : wrong('gates', 'gates that were opened before', `${other}`);
  }

  /** What a person changes was asked for. */
  wishFlaw(id: string, by: string): FalseClaim | null {
    const received = this.#received.get(id)?.body;
    if (received === undefined || received.refused !== null || received.kind !== 'adjustment')
      return wrong('id', 'an adjustment that was received', JSON.stringify(id));
    return received.from.name === by ? null : wrong('by', received.from.name, by);
  }

  #saidFlaw({ body }: Decided, gate: Opened): FalseClaim | null {
    if (body.by.length !== body.decisions.length)
      return wrong('by', `${body.decisions.length} people, one for each decision`, `${body.by.length}`);
    for (const [index, id] of body.decisions.entries()) {
      const received = this.#received.get(id)?.body;
      if (received === undefined || received.refused !== null || received.kind !== 'decision')
        return wrong(`decisions[${index}]`, 'a decision that was received', JSON.stringify(id));
      if (this.#used.has(id))
        return wrong(`decisions[${index}]`, 'one that nothing followed from yet', JSON.stringify(id));
      const [name, level] = [received.from.name, received.from.verifiedBy];
      if (body.by[index]?.name !== name || body.by[index]?.verifiedBy !== level)
        return wrong(`by[${index}]`, `${name}, ${level}`, `${body.by[index]?.name}, ${body.by[index]?.verifiedBy}`);
      const said = this.#contentFlaw(this.#said.get(id) ?? {}, body, gate);
      if (said !== null) return { ...said, field: `body.decisions[${index}]` };
    }
    return null;
  }

  #contentFlaw(said: Said, { gate, verdict, valueDigest }: Decided['body'], { body }: Opened): FalseClaim | null {
    const digest = this.digestOf?.(gate, body.callDigest);
    if (said.gate !== `g${gate}`) return wrong('', `a decision about g${gate}`, shown(said.gate));
    if (digest !== undefined && said.gateDigest !== digest)
      return wrong('', `a decision about ${digest}`, shown(said.gateDigest));
    const expected = verdict === 'expired' ? '' : saidFor[verdict];
    if (said.verdict !== expected) return wrong('', expected, shown(said.verdict));
    const { given = null } = said;
    return given === valueDigest ? null : wrong('', `one that gives ${valueDigest ?? 'nothing'}`, given ?? 'nothing');
  }

  /** Whoever is against needs nobody else; everything else takes as many people as each demand asks for. */
  #enoughFlaw({ body }: Decided, { body: { approvers } }: Opened): FalseClaim | null {
    const { requester } = this;
    if (body.verdict === 'denied' || body.verdict === 'aborted') {
      const entitled = body.by.some((person) => approvers.some((demand) => meets(person, demand, requester)));
      return entitled ? null : wrong('by', 'somebody who is asked', body.by.map(({ name }) => name).join(', '));
    }
    for (const demand of approvers) {
      const people = new Set(body.by.filter((person) => meets(person, demand, requester)).map(({ name }) => name));
      if (people.size < demand.quorum)
        return wrong('by', `${demand.quorum} of those who are asked`, `${people.size}: ${[...people].join(', ')}`);
    }
    return null;
  }

  /** Where several have to agree, what counts of each is the last that they said until the last of them did. */
  #withdrawnFlaw({ body: { gate, verdict, decisions, by } }: Decided): FalseClaim | null {
    if (verdict === 'denied' || verdict === 'aborted') return null;
    const counted = decisions.map((id) => this.#received.get(id)?.seq ?? 0);
    const until = Math.max(...counted);
    const saidOf = this.#saidOf.get(`g${gate}`) ?? [];
    for (const [index, seq] of counted.entries()) {
      const name = by[index]?.name;
      const later = saidOf.find((said) => said.body.from.name === name && said.seq > seq && said.seq < until);
      if (later !== undefined) return wrong(`decisions[${index}]`, `the last that ${name} said`, 'one before it');
    }
    return null;
  }
}

function counts({ body: { kind, refused } }: Received): boolean {
  return kind === 'decision' && refused === null;
}

/** What a decision gives with what it says, as the gate that it decides records it. */
function givenIn({ input, outcome }: JsonObject): Digest | null {
  if (input !== undefined) return digestOf(input);
  if (!isJsonObject(outcome)) return null;
  const { output, error } = outcome;
  if (output !== undefined) return digestOf({ output });
  if (!isJsonObject(error)) return null;
  const { reason = null, message = null } = error;
  return digestOf({ error: { reason, message } });
}

function saidIn({ body: { content } }: Received, elsewhere: JsonValue | undefined): JsonValue | undefined {
  return content !== null && 'value' in content ? content.value : elsewhere;
}

function suits(verdict: GateVerdict, kind: GateKind): boolean {
  return (kind === 'unknown') === ofUnknown.has(verdict);
}

function lets(verdict: GateVerdict): boolean {
  return verdict === 'approved' || verdict === 'edited';
}

/** The call that a gate stands before, whatever attempt at it. */
function baseOf(path: string): string {
  return splitAttempt(path.slice(0, path.lastIndexOf('/'))).base;
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120);
}

function wrong(field: string, expected: string, found: string): FalseClaim {
  return { field: `body${field === '' ? '' : `.${field}`}`, expected, found: found.slice(0, 200) };
}
