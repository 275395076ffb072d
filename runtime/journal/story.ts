import type { Digest, JsonObject, JsonValue } from '#crds';
import { isBelow, splitAttempt } from '../call/path.ts';
import type { FalseClaim } from './claims.ts';
import { StoryOfGates } from './gates-of-story.ts';
import { once } from './once.ts';
import type { JournalRecord, RecordType } from './record.ts';

/** What of a story only the semantics can tell that the Session is pinned to. */
export interface Telling {
  readonly gateDigest: (uid: string, gate: number, callDigest: Digest, bundle: Digest) => Digest;
}

/** What has to come before, at the same path: one of these. */
const answers: ReadonlyMap<RecordType, readonly RecordType[]> = new Map([
  ['call.outcome', ['call.intent']],
  ['model.response', ['model.request']],
  ['call.withdrawn', ['call.intent', 'model.request']],
]);

/** What was refused did not begin, and what did not begin came to nothing. */
const excludes: ReadonlyMap<RecordType, readonly RecordType[]> = new Map([
  ['call.intent', ['call.denied']],
  ['call.denied', ['call.intent']],
  ['call.outcome', ['call.withdrawn']],
  ['model.response', ['call.withdrawn']],
  ['call.withdrawn', ['call.outcome', 'model.response']],
]);

/**
 * Whether records can follow one another as a Session goes: what answers has been asked, nothing is answered, decided or
 * begun twice, and what people decided was asked of them, received from them, and enough. Judged from records in order, and
 * from what people said; whoever makes a chain fit has to make this fit as well.
 */
export class Story {
  readonly #telling: (semantics: number) => Telling;
  readonly #gates = new StoryOfGates();
  readonly #there = new Map<RecordType, Map<string, number>>();
  readonly #attempts = new Set<string>();
  #attempt = 0;

  /** `telling` throws `RuntimeUnsupported` for semantics that are not known. */
  constructor(telling: (semantics: number) => Telling) {
    this.#telling = telling;
  }

  /** What a fork took over is known, and not judged. */
  take(facts: readonly JournalRecord[]): void {
    for (const fact of facts) this.#note(fact);
  }

  /**
   * What of the next record cannot be so, null for nothing. `elsewhere` is the value of the blob that `saidElsewhere`
   * names for that record.
   */
  flawOf(record: JournalRecord, elsewhere?: JsonValue): FalseClaim | null {
    const flaw = this.#orderFlaw(record) ?? this.#claimFlaw(record, elsewhere);
    if (flaw === null) this.#add(record, elsewhere);
    return flaw;
  }

  #orderFlaw({ type, path }: JournalRecord): FalseClaim | null {
    const before = once.has(type) ? this.#seqOf(type, path) : undefined;
    if (before !== undefined)
      return { field: 'type', expected: `one ${type} at ${path}`, found: `another, after record ${before}` };
    const isThere = (other: RecordType): boolean => this.#seqOf(other, path) !== undefined;
    const asked = answers.get(type);
    if (asked !== undefined && !asked.some(isThere))
      return { field: 'type', expected: `${asked.join(' or ')} at ${path} before`, found: `${type} without it` };
    const excluded = excludes.get(type)?.find(isThere);
    if (excluded !== undefined) return { field: 'type', expected: `nothing after ${excluded} at ${path}`, found: type };
    return null;
  }

  #seqOf(type: RecordType, path: string): number | undefined {
    return this.#there.get(type)?.get(path);
  }

  #claimFlaw(record: JournalRecord, elsewhere: JsonValue | undefined): FalseClaim | null {
    const gates = this.#gates;
    switch (record.type) {
      case 'attempt.started': {
        const { attempt } = record.body;
        return attempt > this.#attempt ? null : wrong('attempt', `more than ${this.#attempt}`, `${attempt}`);
      }
      case 'call.intent':
      case 'model.request':
        return this.#beforeFlaw(record.path);
      case 'call.outcome': {
        const { from } = record.body;
        if (from === undefined) return null;
        return 'gate' in from ? gates.suppliedFlaw(record.path, from.gate) : this.#probeFlaw(record.path, from.probe);
      }
      case 'gate.opened':
        return gates.openFlaw(record);
      case 'gate.decided':
        return gates.decideFlaw(record);
      case 'input.received':
        return gates.receiveFlaw(record, elsewhere);
      case 'session.parked':
        return gates.parkFlaw(record.body.gates);
      case 'conductor.adjusted':
        return record.body.origin === 'person' ? gates.wishFlaw(record.body.id, record.body.by) : null;
      default:
        return null;
    }
  }

  /** Attempts are counted one by one: of a later one something is known of the one before. */
  #beforeFlaw(path: string): FalseClaim | null {
    const { base, attempt } = splitAttempt(path);
    if (attempt <= 1 || this.#attempts.has(`${base}~${attempt - 1}`)) return null;
    return { field: 'path', expected: `an attempt ${base}~${attempt - 1} before`, found: path };
  }

  #probeFlaw(path: string, probe: number): FalseClaim | null {
    const [at = ''] = [...(this.#there.get('call.outcome') ?? [])].find(([, seq]) => seq === probe) ?? [];
    return isBelow(at, path) ? null : wrong('from.probe', `what a probe below ${path} came to`, `${probe}`);
  }

  #add(record: JournalRecord, elsewhere: JsonValue | undefined): void {
    this.#note(record);
    switch (record.type) {
      case 'session.started':
        return this.#begin(record.body);
      case 'attempt.started':
        this.#attempt = record.body.attempt;
        return undefined;
      case 'gate.opened':
        return this.#gates.opened(record);
      case 'gate.decided':
        return this.#gates.decided(record);
      case 'input.received':
        return this.#gates.received(record, elsewhere);
      default:
        return undefined;
    }
  }

  #note({ type, path, seq }: JournalRecord): void {
    if (path === '') return;
    this.#attempts.add(path);
    if (!once.has(type)) return;
    const there = this.#there.get(type) ?? new Map<string, number>();
    this.#there.set(type, there);
    if (!there.has(path)) there.set(path, seq);
  }

  #begin({ uid, bundle, semantics, provenance }: JournalRecord<'session.started'>['body']): void {
    const telling = this.#telling(semantics);
    this.#gates.requester = requesterOf(provenance);
    this.#gates.digestOf = (gate, callDigest) => telling.gateDigest(uid, gate, callDigest, bundle.digest);
  }
}

/** Who had a Session run, by where it came from. */
export function requesterOf({ requestedBy }: JsonObject): string | null {
  if (typeof requestedBy !== 'object' || requestedBy === null || !('name' in requestedBy)) return null;
  return typeof requestedBy['name'] === 'string' ? requestedBy['name'] : null;
}

function wrong(field: string, expected: string, found: string): FalseClaim {
  return { field: `body.${field}`, expected, found };
}
