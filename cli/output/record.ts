import { counted } from '#crds';
import {
  readAdjust,
  recalledMessage,
  type JournalRecord,
  type Message,
  type RecordBodies,
  type RecordType,
} from '#runtime';
import { aboutText } from './change-text.ts';
import { decidedText } from './decided-text.ts';
import { oneLine } from './printable.ts';
import { unusable } from './unusable-answer.ts';

interface Place {
  readonly at: string;
  readonly type: string;
  readonly path: string;
}

/** What most paths need, and what none gets more than. */
const pathWidth = { usual: 22, most: 48 } as const;

/**
 * Records as lines for people: when, what, where, and what matters. Records come one by one and nobody knows the longest
 * path: the column of paths grows with the longest so far, so that it moves seldom and never back.
 */
export class RecordLines {
  #width: number = pathWidth.usual;

  of(record: JournalRecord): string {
    return this.#line(record, detailOf(record));
  }

  /** A record of a type that this version does not know: only that it is there. */
  foreign(record: Place): string {
    return this.#line(record, '');
  }

  /** One line whatever a model or a tool said. */
  #line({ at, type, path }: Place, detail: string): string {
    this.#width = Math.min(pathWidth.most, Math.max(this.#width, path.length));
    return oneLine(`${at.slice(11, 23)}  ${type.padEnd(18)}  ${path.padEnd(this.#width)}  ${detail}`).trimEnd();
  }
}

/** What a person who watches wants to see; the rest is in `orket events`. */
export function isProgress({ type, body }: JournalRecord): boolean {
  if (type !== 'model.response') return shown.has(type);
  // A turn that a back end did not serve, or not to the end.
  return unusable(body) !== '' || body.error !== null || (body.tried ?? []).length > 0;
}

const shown = new Set<RecordType>([
  'attempt.started',
  'step.started',
  'step.skipped',
  'step.ended',
  'gate.opened',
  'gate.decided',
  'conductor.adjusted',
  'session.parked',
  'session.repaired',
  'call.denied',
  'call.intent',
  'model.request',
  'artifact.written',
  'limit.reached',
]);

function detailOf(record: JournalRecord): string {
  switch (record.type) {
    case 'session.started':
      return `bundle ${short(record.body.bundle.digest)}`;
    case 'attempt.started': {
      const { attempt, torn } = record.body;
      return `attempt ${attempt}${torn === null ? '' : `, cut ${counted(torn.bytes, 'byte')} of a torn tail`}`;
    }
    case 'step.started':
      return `${record.body.kind} ${record.body.name}`;
    case 'step.ended':
    case 'call.outcome':
      return outcome(record.body.status, record.body.error);
    case 'call.intent':
      return `${record.body.kind} ${record.body.name} (${record.body.risk})`;
    case 'call.denied':
      return `${record.body.name}: ${record.body.error.message}`;
    case 'model.request':
      return `${record.body.role}${record.body.model === '' ? '' : ` on ${record.body.model}`}`;
    case 'model.response': {
      const { usage, error, backend, tried = [] } = record.body;
      const before = tried.map((one) => `, after ${one.backend}: ${one.error.reason}`).join('');
      if (error !== null) return `${error.message}${before}`;
      const tokens = usage === null ? 'answered' : `${usage.inputTokens} + ${usage.outputTokens} tokens`;
      const fault = unusable(record.body);
      return `${tokens} from ${backend}${before}${fault === '' ? '' : `: ${fault}`}`;
    }
    case 'policy.decided':
      return `${record.body.verdict}: ${record.body.reason}`;
    case 'file.access':
      return fileAccess(record.body);
    case 'artifact.written':
      return `${record.body.name} (${record.body.mediaType}, ${counted(record.body.bytes, 'byte')}) of ${record.body.origin}`;
    case 'limit.reached':
      return `${record.body.limit}: ${record.body.used} of ${record.body.allowed} ${record.body.unit}`;
    case 'session.ended':
      return `${outcome(record.body.status, record.body.error)}, state ${short(record.body.stateDigest)}`;
    case 'step.skipped':
      return `${record.body.by}: ${record.body.reason}`;
    case 'call.withdrawn':
      return withdrawn[record.body.why];
    case 'call.retried':
      return `${record.body.error.reason}, again in ${record.body.pauseMs / 1000} s`;
    case 'gate.opened':
      return `g${record.seq}${record.body.name === '' ? '' : ` ${record.body.name}`}: ${record.body.message}`;
    case 'gate.decided':
      return `g${record.body.gate} ${decidedText(record.body)}`;
    case 'input.received':
      return received(record.body);
    case 'conductor.adjusted':
      return adjusted(record.body);
    case 'value.recorded':
      return record.body.name;
    case 'session.parked':
      return record.body.reason;
    case 'session.forked':
      return `from ${record.body.parent.uid} at ${record.body.at}`;
    case 'session.repaired': {
      const { lost, by } = record.body;
      return `${counted(lost.records, 'record was broken and is', 'records were broken and are')} lost, accepted by ${by.name}`;
    }
    case 'session.migrated':
      return `semantics ${record.body.from} to ${record.body.to}`;
    case 'workspace.snapshot':
      return '';
  }
}

const withdrawn: Readonly<Record<RecordBodies['call.withdrawn']['why'], string>> = {
  late: 'not begun: the intent had grown too old',
  rules: 'not begun: Policies had become stricter',
  stopped: 'not begun: it was stopped',
};

/** What somebody said, and why it does not count where it does not. A message that is kept elsewhere, as large ones are, is not told. */
function received({ id, kind, from, content, refused }: RecordBodies['input.received']): string {
  const message = content !== null && 'value' in content ? recalledMessage(content.value, id, from) : null;
  const said = message === null ? '' : saidIn(message);
  return `${kind} from ${from.name}${said === '' ? '' : `: ${cut(said)}`}${refused === null ? '' : `, refused: ${refused}`}`;
}

function saidIn(message: Message): string {
  switch (message.kind) {
    case 'decision':
      return `${message.verdict} ${message.gate}${message.note === '' ? '' : `, ${message.note}`}`;
    case 'control':
      return `${message.control}${message.note === '' ? '' : `, ${message.note}`}`;
    case 'adjustment':
      return toldWith(adjustedText(message.adjust), 'reason' in message.adjust ? message.adjust.reason : '');
  }
}

function adjustedText(change: Extract<Message, { readonly kind: 'adjustment' }>['adjust']): string {
  return `${change.op} ${aboutText(change)}`.trim();
}

function toldWith(what: string, why = ''): string {
  return [what, why].filter((part) => part !== '').join('; ');
}

/** The record has all of it. */
const longestSaid = 400;

function cut(text: string): string {
  return text.length <= longestSaid ? text : `${text.slice(0, longestSaid).toWellFormed()}…`;
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

/** With its id: what it is applied, or taken back, by. A change that is kept elsewhere, as large ones are, is not told. */
function adjusted({ id, op, status, value, origin, by, reason }: RecordBodies['conductor.adjusted']): string {
  const change = value !== null && 'value' in value ? readAdjust({ adjust: value.value }) : null;
  const told = toldWith(change === null ? '' : aboutText(change), reason);
  return `${op} ${status} by ${origin} ${by} (${id})${told === '' ? '' : `: ${cut(told)}`}`;
}
