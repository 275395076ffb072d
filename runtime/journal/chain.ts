import { type JsonObject, OrketError } from '#crds';
import { bodyFlaw, isKnownType } from './bodies.ts';
import { isCanonicalText } from './canonical-text.ts';
import { hashOf } from './line.ts';
import { firstPrev, maxLineBytes } from './record.ts';
import type { BlobRef, ForeignRecord, JournalRecord } from './record.ts';
import { isObject, shown } from './shape.ts';

/** Where a chain has got to: what the next record has to follow. */
export interface Place {
  readonly seq: number;
  readonly head: string;
  readonly epoch: number;
  /** The highest `synced` that a record stated. */
  readonly synced: number;
}

export const beginning: Place = { seq: 0, head: firstPrev, epoch: 1, synced: 0 };

/** Where a journal first is not what it should be. */
export interface Break {
  readonly seq: number;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

export type Link =
  | {
      readonly kind: 'record';
      readonly record: JournalRecord;
      readonly blobs: readonly BlobRef[];
      readonly place: Place;
    }
  | { readonly kind: 'foreign'; readonly record: ForeignRecord; readonly place: Place }
  /** Something that this build does not know and must not ignore: the hash is right, so a later version wrote it. */
  | { readonly kind: 'unsupported'; readonly at: Break }
  | { readonly kind: 'break'; readonly at: Break };

const typePattern = /^[a-z][a-z0-9]{0,30}(\.[a-z][a-z0-9]{0,30}){1,3}$/;
const timePattern = /^(\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** In UTF-16 units. */
export const maxPathLength = 4096;

/**
 * Reads one line (without its newline) as the record after `place`: canonical bytes, place in the chain, hash and shape.
 * Trusts nothing; never throws for what a line may hold.
 */
export function readLine(line: string, place: Place): Link {
  const value = parsed(line);
  if (!isObject(value)) return broken(place, 'line', 'a JSON object', shown(line));
  const wrong = envelopeBreak(value, place);
  if (wrong !== null) return wrong;
  if (!isForeign(value))
    return broken(place, 'line', 'the members of a record and no others', shown(Object.keys(value)));
  if (!isCanonicalText(line)) return broken(place, 'line', 'canonical JSON', 'other bytes');
  const computed = hashOf(line);
  if (computed !== value.hash) return broken(place, 'hash', computed, value.hash);
  const next = { seq: value.seq, head: value.hash, epoch: value.epoch, synced: value.synced };
  if (!isKnownType(value.type)) {
    if (value.sem === true) {
      const found = `"${value.type}", marked as one that must not be ignored`;
      return {
        kind: 'unsupported',
        at: { seq: value.seq, field: 'type', expected: 'a type this version knows', found },
      };
    }
    return { kind: 'foreign', record: value, place: next };
  }
  const blobs: BlobRef[] = [];
  const flaw = bodyFlaw(value.type, value.body, { blobs, exact: value.sem === true });
  if (flaw !== null) {
    const link = broken(place, joined('body', flaw.field), flaw.expected, flaw.found);
    return flaw.newer === true ? { ...link, kind: 'unsupported' } : link;
  }
  if (!isRecord(value)) return broken(place, 'type', 'a known type', shown(value.type));
  return { kind: 'record', record: value, blobs, place: next };
}

/** The error for a link that nobody may build on. */
export function refusal(link: Extract<Link, { kind: 'break' | 'unsupported' }>): OrketError {
  return link.kind === 'break' ? corrupt(link.at) : unsupported(link.at);
}

export function corrupt({ seq, field, expected, found }: Break): OrketError {
  return new OrketError('JournalCorrupt', 'the journal is damaged or was changed', {
    at: `journal record ${seq}, ${field}`,
    expected,
    found,
    remedy: 'Restore the journal from where it was copied or published; nothing was changed.',
  });
}

function unsupported({ seq, field, expected, found }: Break): OrketError {
  return new OrketError('RuntimeUnsupported', 'the journal says something this version does not understand', {
    at: `journal record ${seq}, ${field}`,
    expected,
    found,
    remedy: 'Use the version of Orket that wrote it, or a later one.',
  });
}

function parsed(line: string): unknown {
  if (line.length > maxLineBytes) return undefined;
  try {
    // Lenient on purpose, and fast: what it lets pass differs from the line that is built again.
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function envelopeBreak(value: Fields, place: Place): Link | null {
  const { v, seq, epoch, prev, synced, at, type, path, sem, body } = value;
  if (v !== 1) return broken(place, 'v', '1', shown(v));
  if (seq !== place.seq + 1) return broken(place, 'seq', String(place.seq + 1), shown(seq));
  if (!isCount(epoch) || epoch < place.epoch) return broken(place, 'epoch', `at least ${place.epoch}`, shown(epoch));
  if (prev !== place.head) return broken(place, 'prev', place.head, shown(prev));
  if (!isCount(synced) || synced < place.synced || synced > place.seq) {
    return broken(place, 'synced', `${place.synced} to ${place.seq}`, shown(synced));
  }
  if (typeof at !== 'string' || !timePattern.test(at))
    return broken(place, 'at', 'RFC 3339 UTC with milliseconds', shown(at));
  if (typeof type !== 'string' || !typePattern.test(type))
    return broken(place, 'type', 'words joined by dots', shown(type));
  if (typeof path !== 'string' || path.length > maxPathLength) return broken(place, 'path', 'a path', shown(path));
  if (sem !== undefined && sem !== true) return broken(place, 'sem', 'true or nothing', shown(sem));
  if (!isObject(body)) return broken(place, 'body', 'an object', shown(body));
  return null;
}

/** After `envelopeBreak` found nothing. */
function isForeign(value: Fields): value is JsonObject & ForeignRecord {
  return isHash(value['hash']) && Object.keys(value).length === (value['sem'] === true ? 11 : 10);
}

/** After `bodyFlaw` found nothing. */
function isRecord(record: ForeignRecord | JournalRecord): record is JournalRecord {
  return isKnownType(record.type);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function joined(field: string, inner: string): string {
  if (inner === '') return field;
  return inner.startsWith('[') ? `${field}${inner}` : `${field}.${inner}`;
}

function broken(place: Place, field: string, expected: string, found: string): Extract<Link, { kind: 'break' }> {
  return { kind: 'break', at: { seq: place.seq + 1, field, expected, found: found.slice(0, 200) } };
}
