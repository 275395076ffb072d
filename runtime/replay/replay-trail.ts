import { digestOf, OrketError, type Digest, type JsonValue } from '#crds';
import { History, type Answer, type Asked, type Unasked } from '../call/history.ts';
import { errorOf } from '../call/failure.ts';
import { limitAbove } from '../call/limits.ts';
import { Below } from '../call/below.ts';
import { attemptPath } from '../call/path.ts';
import type { Effect, Fact, Next, Trail } from '../call/trail.ts';
import type { Draft, JournalRecord, Recorded, RecordType, WorkspaceChange } from '../journal/record.ts';
import { differenceOf, isCompared } from './compared.ts';
import { isTaken } from '../journal/fork-facts.ts';
import { diverged, ReplayEnded } from './divergence.ts';
import type { Recording } from './recording.ts';

/**
 * The trail of a replay: every call and turn is answered from the journal, and whatever follows from the answers is
 * computed again and held against what was recorded. Nothing is appended and nothing is done.
 */
export class ReplayTrail implements Trail {
  readonly live = false;
  readonly #journal: readonly JournalRecord[];
  readonly #history: History;
  readonly #below = new Below<JournalRecord>();
  readonly #readValue: Recording['read'];
  readonly readFile: Recording['readFile'];
  /** What the replay came to, in its own order. */
  readonly #visited: JournalRecord[];
  readonly #visitedSeqs: Set<number>;
  readonly #visitedHistory: History;

  /** What a fork took over is no question: a replay has come to it before it begins. */
  constructor(
    journal: readonly JournalRecord[],
    taken: readonly JournalRecord[],
    { read, readFile }: Pick<Recording, 'read' | 'readFile'>,
  ) {
    this.#journal = journal;
    this.#history = new History(journal, taken);
    for (const record of journal) this.#below.add(record.path, record);
    this.#visited = [...taken];
    this.#visitedSeqs = new Set(taken.map(({ seq }) => seq));
    this.#visitedHistory = new History(this.#visited);
    this.#readValue = read;
    this.readFile = readFile;
  }

  get records(): readonly JournalRecord[] {
    return this.#visited;
  }

  recall<T extends RecordType>(type: T, path: string): JournalRecord<T> | undefined {
    const record = this.#history.find(type, path);
    if (record !== undefined) this.#visit(record);
    return record;
  }

  taken<T extends RecordType>(type: T, base: string): JournalRecord<T> | undefined {
    return this.#history.taken(type, base);
  }

  async once<T extends RecordType>({ type, path, make }: Fact<T>): Promise<JournalRecord<T>> {
    const recorded = this.#history.find(type, path);
    if (recorded !== undefined && isTaken(recorded)) return recorded;
    if (recorded !== undefined && type === 'session.ended') this.#expectAllVisited();
    // Where nothing is recorded making it may fail, as it did then.
    const replayed = await make();
    if (recorded === undefined) throw this.#missing(`${type} at ${path}`, path);
    this.#compare(recorded, replayed);
    this.#visit(recorded);
    return recorded;
  }

  async input<T extends RecordType>({ type, path }: Fact<T>): Promise<JournalRecord<T>> {
    const recorded = this.recall(type, path);
    if (recorded === undefined) throw this.#missing(`${type} at ${path}`, path);
    return recorded;
  }

  /** What an attempt saw for itself is no part of what is replayed. */
  async append(): Promise<void> {}

  /** Attempts come one after another, as they did: `after` says how many have been dealt with. */
  async next(effect: Effect, after: Effect['after']): Promise<Next> {
    const fact = this.taken('model.response', effect.base);
    if (fact !== undefined) return { kind: 'answered', answer: fact };
    for (const { number, path, asked, answer } of this.#history.attempts(effect.base)) {
      if (number <= after.attempt) continue;
      await effect.prepare(path);
      const { attempt, notAfter, reservation } = asked.body;
      this.#compare(asked, await effect.ask(path, { attempt, notAfter, reservation }));
      this.#visit(asked);
      this.recall('call.withdrawn', path);
      // What others wrote is not run here: what it did through its context is taken as it was recorded.
      const isTool = asked.type === 'call.intent' && asked.body.kind === 'tool';
      if (isTool) this.leave(path);
      const isLast = answer !== null || !this.#isFollowed(effect.base, number);
      if (effect.recovery === 'reenter' && !isTool && isLast) return { kind: 'reentered', asked };
      if (this.#wasResolved(path)) return { kind: 'unknown', asked, unanswered: null };
      if (answer === null) continue;
      this.#visit(answer);
      return { kind: 'answered', answer };
    }
    return this.#notBegun(effect.base, after, `a call at ${effect.base}`);
  }

  async ask(draft: Draft<Asked['type']>): Promise<void> {
    throw new OrketError('Internal', 'a replay asks for nothing', { at: draft.path });
  }

  /** The answer of something re-entered: its children were replayed, and what they come to must be what they came to. */
  async answer(draft: Draft<Answer['type']>): Promise<Answer> {
    const recorded = this.#history.find(draft.type, draft.path);
    if (recorded === undefined) throw this.#missing(`${draft.type} at ${draft.path}`, draft.path);
    this.#compare(recorded, draft);
    this.#visit(recorded);
    return recorded;
  }

  async settle(): Promise<void> {}

  leave(path: string): void {
    for (const record of this.#below.at(path)) if (record.path !== path) this.#visit(record);
  }

  lastAttempt(base: string): number {
    return this.#visitedHistory.lastAttempt(base);
  }

  changesAt(path: string): readonly WorkspaceChange[] {
    return this.#visitedHistory.changesAt(path);
  }

  askedAt(path: string): readonly (Asked | Answer | Unasked)[] {
    return this.#visitedHistory.askedAt(path);
  }

  activeMsSince(): number {
    return 0;
  }

  awayMs(): number {
    return 0;
  }

  /** Where values are stored is not compared, only what they are. */
  async record(): Promise<null> {
    return null;
  }

  async read(recorded: Recorded | null, digest: Digest): Promise<JsonValue> {
    const value = await this.#readValue(recorded, digest);
    const found = digestOf(value);
    if (found === digest) return value;
    throw diverged(this.#visited.at(-1) ?? { seq: 0, path: '' }, { field: 'a value', expected: digest, found });
  }

  async keep(): Promise<null> {
    return null;
  }

  holds(): boolean {
    return false;
  }

  #compare(recorded: JournalRecord, replayed: { readonly body: object }): void {
    const difference = differenceOf(recorded, replayed);
    if (difference !== null) throw diverged(recorded, difference);
  }

  #visit(record: JournalRecord): void {
    if (this.#visitedSeqs.has(record.seq)) return;
    this.#visitedSeqs.add(record.seq);
    this.#visited.push(record);
  }

  #isFollowed(base: string, number: number): boolean {
    return this.#history.attempts(base).some((other) => other.number > number);
  }

  /** Whether somebody had to find out what came of this attempt, not of one below it: people at a gate, or its probe. */
  #wasResolved(path: string): boolean {
    return this.#below.at(path).some((record) => {
      if (record.type === 'gate.opened') return record.body.kind === 'unknown' && isGateOf(record.path, path);
      return record.type === 'call.outcome' && record.path === path && 'from' in record.body;
    });
  }

  /** Where nothing answers, another attempt may have been refused, or time may have been up before it. */
  #notBegun(base: string, after: Effect['after'], missing: string): Next {
    const attempt = Math.max(after.attempt, this.#history.attempts(base).at(-1)?.number ?? 0) + 1;
    const path = attemptPath(base, attempt);
    const refused = this.#history.find('call.denied', path);
    const limit =
      this.#history.find('limit.reached', path) ??
      limitAbove(path, (above) => this.#history.find('limit.reached', above));
    if (refused === undefined && limit === undefined) throw this.#missing(missing, path);
    return { kind: 'fresh', attempt, unanswered: null };
  }

  /** What it means that the run comes to something of which the journal has nothing. */
  #missing(what: string, path: string): OrketError {
    const end = this.#journal.findLast(({ type }) => type === 'session.ended');
    if (end?.type !== 'session.ended') return new ReplayEnded(path);
    // What had not begun when a Session was cancelled never did.
    if (end.body.status === 'cancelled') return new OrketError('Cancelled', 'the Session was cancelled');
    if (end.body.error?.reason === 'Aborted') return errorOf(end.body.error);
    const other = this.#unvisited()[0] ?? end;
    const expected = other.type === 'session.ended' ? 'the end of the Session' : `${other.type} at ${other.path}`;
    return diverged({ seq: other.seq, path }, { field: 'type', expected, found: what });
  }

  #expectAllVisited(): void {
    const [record] = this.#unvisited();
    if (record === undefined || record.type === 'session.ended') return;
    throw diverged(record, { field: 'type', expected: `${record.type} at ${record.path}`, found: 'nothing of that' });
  }

  #unvisited(): readonly JournalRecord[] {
    return this.#journal.filter(({ seq, type }) => isCompared(type) && !this.#visitedSeqs.has(seq));
  }
}

/** A gate stands right below the call that it is about. */
function isGateOf(gate: string, path: string): boolean {
  return gate.slice(0, gate.lastIndexOf('/')) === path;
}
