import { OrketError, type Digest, type JsonValue } from '#crds';
import { folderValues, readJournal, semanticsOf, type JournalRecord } from '#runtime';

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
}

export interface Received {
  readonly id: string;
  readonly from: JournalRecord<'input.received'>['body']['from'];
  readonly refused: string | null;
}

export interface SessionGates {
  readonly gates: readonly Gate[];
  readonly lastSeq: number;
  readonly ended: boolean;
  readonly parked: boolean;
  /** The value that a record holds or names. */
  readonly read: (recorded: JournalRecord<'gate.opened'>['body']['input'], digest: Digest) => Promise<JsonValue>;
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
  const last = records.at(-1);
  return {
    gates: gatesOf(records),
    lastSeq: last?.seq ?? 0,
    ended: last?.type === 'session.ended',
    parked: last?.type === 'session.parked',
    read: values.read,
  };
}

function gatesOf(records: readonly JournalRecord[]): readonly Gate[] {
  const [first] = records;
  if (first?.type !== 'session.started') return [];
  const { uid, bundle, semantics } = first.body;
  const { gateDigest } = semanticsOf(semantics);
  const gates = new Map<string, Gate>();
  for (const record of records) {
    if (record.type === 'gate.opened') {
      const id = `g${record.seq}`;
      const digest = gateDigest(uid, record.seq, record.body.callDigest, bundle.digest);
      gates.set(id, { id, opened: record, digest, decided: null, received: [] });
    } else if (record.type === 'gate.decided') {
      const gate = gates.get(`g${record.body.gate}`);
      if (gate !== undefined) gates.set(gate.id, { ...gate, decided: record });
    } else if (record.type === 'input.received' && record.body.kind === 'decision') {
      const gate = gates.get(gateNamed(record.body.content));
      const { id, from, refused } = record.body;
      if (gate !== undefined) gates.set(gate.id, { ...gate, received: [...gate.received, { id, from, refused }] });
    }
  }
  return [...gates.values()];
}

/** Which gate a message was about; a message that is kept elsewhere is of no gate here. */
function gateNamed(content: JournalRecord<'input.received'>['body']['content']): string {
  if (content === null || !('value' in content)) return '';
  const { value } = content;
  const gate = typeof value === 'object' && value !== null && 'gate' in value ? value['gate'] : '';
  return typeof gate === 'string' ? gate : '';
}

/** The gate that a person named: `g12`, `12`, or nothing where one is open. Throws NotFound with those that are. */
export function chooseGate({ gates }: SessionGates, name: string | undefined): Gate {
  const open = gates.filter(({ decided }) => decided === null);
  const wanted = name === undefined ? undefined : `g${name.replace(/^g/, '')}`;
  const gate = wanted === undefined ? (open.length === 1 ? open[0] : undefined) : gates.find(({ id }) => id === wanted);
  if (gate === undefined) {
    throw new OrketError('NotFound', wanted === undefined ? 'say which gate' : `there is no gate ${wanted}`, {
      expected: open.length === 0 ? 'a gate that waits; none does' : open.map(({ id }) => id).join(', '),
      ...(wanted === undefined ? {} : { found: wanted }),
    });
  }
  if (gate.decided === null) return gate;
  throw new OrketError('Usage', `gate ${gate.id} is decided already`, {
    expected: open.length === 0 ? 'a gate that waits; none does' : open.map(({ id }) => id).join(', '),
    found: gate.decided.body.verdict,
  });
}
