import type { JournalRecord, RecordType } from '#runtime';
import { oneLine } from './printable.ts';

/** One record as a line for people: when, what, where, and what matters of it. */
export function recordLine(record: JournalRecord): string {
  return line(record, detailOf(record));
}

/** A record of a type that this version does not know: only that it is there. */
export function foreignLine(record: Place): string {
  return line(record, '');
}

interface Place {
  readonly at: string;
  readonly type: string;
  readonly path: string;
}

/** Columns that hold for all but the longest paths; one line whatever a model or a tool said. */
function line({ at, type, path }: Place, detail: string): string {
  return oneLine(`${at.slice(11, 23)}  ${type.padEnd(18)}  ${path.padEnd(22)}  ${detail}`).trimEnd();
}

/** What a person who watches wants to see; the rest is in `orket events`. */
export function isProgress({ type }: JournalRecord): boolean {
  return shown.has(type);
}

const shown = new Set<RecordType>([
  'attempt.started',
  'step.started',
  'step.ended',
  'call.denied',
  'call.intent',
  'model.request',
  'artifact.written',
  'limit.reached',
]);

function is<T extends RecordType>(record: JournalRecord, type: T): record is JournalRecord & JournalRecord<T> {
  return record.type === type;
}

function detailOf(record: JournalRecord): string {
  if (is(record, 'session.started')) return `bundle ${short(record.body.bundle.digest)}`;
  if (is(record, 'attempt.started')) {
    const { attempt, torn } = record.body;
    return `attempt ${attempt}${torn === null ? '' : `, cut ${torn.bytes} bytes of a torn tail`}`;
  }
  if (is(record, 'step.started')) return `${record.body.kind} ${record.body.name}`;
  if (is(record, 'step.ended') || is(record, 'call.outcome')) return outcome(record.body.status, record.body.error);
  if (is(record, 'call.intent')) return `${record.body.kind} ${record.body.name} (${record.body.risk})`;
  if (is(record, 'call.denied')) return `${record.body.name}: ${record.body.error.message}`;
  if (is(record, 'model.request'))
    return `${record.body.role}${record.body.model === '' ? '' : ` on ${record.body.model}`}`;
  if (is(record, 'model.response')) {
    const { usage, error } = record.body;
    return error !== null ? error.message : usage === null ? '' : `${usage.inputTokens} + ${usage.outputTokens} tokens`;
  }
  if (is(record, 'policy.decided')) return `${record.body.verdict}: ${record.body.reason}`;
  if (is(record, 'file.access')) return fileAccess(record.body);
  if (is(record, 'artifact.written')) return `${record.body.name} (${record.body.bytes} bytes)`;
  if (is(record, 'limit.reached'))
    return `${record.body.limit}: ${record.body.used} of ${record.body.allowed} ${record.body.unit}`;
  if (is(record, 'session.ended'))
    return `${outcome(record.body.status, record.body.error)}, state ${short(record.body.stateDigest)}`;
  return '';
}

function outcome(status: string, error: { readonly reason: string; readonly message: string } | null): string {
  return error === null ? status : `${status}, ${error.reason}: ${error.message}`;
}

function fileAccess({ reads, lists, writes, refusals }: JournalRecord<'file.access'>['body']): string {
  const counts = [
    [reads, 'read'],
    [lists, 'listed'],
    [writes, 'written'],
    [refusals.length, 'refused'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

/** Enough of a digest to tell it from others by eye. */
export function short(digest: string): string {
  return digest.replace(/^(sha256:.{12}).*$/, '$1');
}
