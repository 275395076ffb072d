import { OrketError, type Digest, type JsonValue } from '#crds';
import {
  currentSemantics,
  folderValues,
  readJournal,
  recalledMessage,
  requesterOf,
  semanticsOf,
  type Heard,
  type JournalRecord,
  type Recorded,
} from '#runtime';
import { decidedText } from '../output/decided-text.ts';

/** A gate of a Session as its journal has it. */
export interface Gate {
  /** `g<seq>`. */
  readonly id: string;
  readonly opened: JournalRecord<'gate.opened'>;
  /** What a decision is bound to. */
  readonly digest: Digest;
  readonly decided: JournalRecord<'gate.decided'> | null;
  /** What came for it so far, in order. */
  readonly received: readonly Received[];
  /** What of that counts. */
  readonly heard: readonly Heard[];
}

export interface Received {
  readonly id: string;
  readonly from: JournalRecord<'input.received'>['body']['from'];
  readonly refused: string | null;
}

export interface SessionGates {
  readonly gates: readonly Gate[];
  /** Who had the Session run, null where nobody knows. */
  readonly requester: string | null;
  /** What the Session is pinned to. */
  readonly semantics: number;
  /** The value that a record holds or names. */
  readonly read: (recorded: Recorded | null, digest: Digest) => Promise<JsonValue>;
}

/** The gates of the Session in a folder, in the order in which they were opened. Throws as reading a journal does. */
export async function readGates(dir: string): Promise<SessionGates> {
  const values = folderValues(dir);
  const records: JournalRecord[] = [];
  for await (const { kind, record } of readJournal(dir)) {
    if (kind !== 'record') continue;
    values.add(record);
    records.push(record);
  }
  const [first] = records;
  const requester = first?.type === 'session.started' ? requesterOf(first.body.provenance) : null;
  const semantics = first?.type === 'session.started' ? first.body.semantics : currentSemantics;
  return { gates: await gatesOf(records, values.read), requester, semantics, read: values.read };
}

async function gatesOf(records: readonly JournalRecord[], read: SessionGates['read']): Promise<readonly Gate[]> {
  const [first] = records;
  if (first?.type !== 'session.started') return [];
  const { uid, bundle, semantics } = first.body;
  const { gateDigest } = semanticsOf(semantics);
  const gates = new Map<string, Gate>();
  for (const record of records) {
    if (record.type === 'gate.opened') {
      const id = `g${record.seq}`;
      const digest = gateDigest(uid, record.seq, record.body.callDigest, bundle.digest);
      gates.set(id, { id, opened: record, digest, decided: null, received: [], heard: [] });
    } else if (record.type === 'gate.decided') {
      const gate = gates.get(`g${record.body.gate}`);
      if (gate !== undefined) gates.set(gate.id, { ...gate, decided: record });
    } else if (record.type === 'input.received' && record.body.kind === 'decision') {
      const decision = await decisionIn(record, read);
      const gate = gates.get(decision?.gate ?? '');
      if (decision === null || gate === undefined) continue;
      const { id, from, refused } = record.body;
      const heard = refused === null ? [...gate.heard, { decision, from }] : gate.heard;
      gates.set(gate.id, { ...gate, received: [...gate.received, { id, from, refused }], heard });
    }
  }
  return [...gates.values()];
}

/** Null for what is no decision. */
async function decisionIn(
  { body }: JournalRecord<'input.received'>,
  read: SessionGates['read'],
): Promise<Heard['decision'] | null> {
  const { content, contentDigest, id, from } = body;
  const message = recalledMessage(await read(content, contentDigest), id, from);
  return message?.kind === 'decision' ? message : null;
}

/** `g12` for `g12` and for `12`. */
export function gateId(name: string): string {
  return `g${name.replace(/^g/, '')}`;
}

/** The gate that a person named: `g12`, `12`, or nothing where one is open. Throws `Usage` and `NotFound`. */
export function chooseGate({ gates }: SessionGates, name: string | undefined, session: string): Gate {
  const open = gates.filter(({ decided }) => decided === null);
  const wanted = name === undefined ? undefined : gateId(name);
  const gate = wanted === undefined ? (open.length === 1 ? open[0] : undefined) : gates.find(({ id }) => id === wanted);
  const waiting = open.length === 0 ? 'a gate that waits; none does' : open.map(({ id }) => id).join(' or ');
  const remedy =
    open.length === 0
      ? `Nothing is to be decided: \`orket describe session ${session}\` shows where it stands.`
      : `Name one that waits: orket approve ${session} ${open[0]?.id ?? ''}.`;
  const detail = { at: session, expected: waiting, remedy };
  if (gate === undefined) {
    if (wanted === undefined)
      throw new OrketError('Usage', open.length === 0 ? 'no gate waits' : 'several gates wait', {
        ...detail,
        found: 'no name of a gate',
      });
    throw new OrketError('NotFound', `there is no gate ${wanted}`, { ...detail, found: wanted });
  }
  if (gate.decided === null) return gate;
  throw new OrketError('Usage', `gate ${gate.id} is decided already`, {
    ...detail,
    found: decidedText(gate.decided.body),
  });
}
