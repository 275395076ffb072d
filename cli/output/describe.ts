import { stringify } from 'yaml';
import { formatPicos, type UsageRow } from '#runtime';
import type { Adjusted } from '../people/adjustments.ts';
import { nothingTold, type JournalTells } from '../people/journal-tells.ts';
import { aboutText } from './change-text.ts';
import { counted, type Condition, type Resource, type Session } from '#crds';
import { oneLine } from './printable.ts';
import { table } from './table.ts';

/** An event as `describe` and `events` list it. */
export interface EventLine {
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** One object for a person to read: what it is, where it stands, what happened, and what the journal of a Session tells. */
export function describeObject(
  object: Resource,
  events: readonly EventLine[],
  { used, waits, adjusted }: JournalTells = nothingTold,
): string {
  const { metadata } = object;
  const head = [
    ['Name:', metadata.name],
    ['Namespace:', metadata.namespace ?? ''],
    ['Kind:', object.kind],
    ['Created:', metadata.creationTimestamp ?? ''],
  ];
  const parts = [
    fields(head),
    ...(object.kind === 'Session'
      ? [...session(object, used.length > 0), ...waitsFor(object.status, waits)]
      : ['Spec:', indent(stringify(object.spec).trimEnd())]),
    ...adjustments(adjusted),
    ...modelTurns(used),
    ...conditions(object.status.conditions ?? [], object.kind === 'Session' ? object.status.message : undefined),
  ];
  return [...parts, ...eventLines(events)].join('\n');
}

/** What its turns used is said once: in all, or by the table of them where that follows. */
function session({ spec, status }: Session, tellsTurns: boolean): string[] {
  const { bundle, usage } = status;
  const rows: [string, string | undefined][] = [
    ['Flow:', spec.flowRef.name],
    ['Cause:', spec.cause.type],
    ['From:', spec.from === undefined ? undefined : fromText(spec.from)],
    ['Phase:', status.phase],
    ['Message:', status.message],
    ['Attempt:', status.attempt?.toString()],
    ['Started:', status.startTime],
    ['Completed:', status.completionTime],
    ['Bundle:', bundle?.digest],
    ['State:', status.stateDigest],
    [
      'Usage:',
      usage === undefined || tellsTurns
        ? undefined
        : `${counted(usage.calls ?? 0, 'model call')}, ${usage.inputTokens ?? 0} + ${usage.outputTokens ?? 0} tokens`,
    ],
  ];
  const known = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const steps = (status.steps ?? []).map(({ id, phase, startTime, completionTime, reason }) => [
    `  ${id}`,
    phase,
    startTime ?? '',
    completionTime ?? '',
    reason ?? '',
  ]);
  const artifacts = (status.artifacts ?? []).map(({ name, mediaType, bytes, origin, digest }) => [
    `  ${name}`,
    mediaType,
    `${bytes}`,
    origin ?? '',
    digest,
  ]);
  const forks = (status.forks ?? []).map(({ session: name, at }) => [`  ${name}`, at]);
  return [
    fields(known),
    ...section('Forks:', ['  NAME', 'AT'], forks),
    ...section('Steps:', ['  ID', 'PHASE', 'STARTED', 'ENDED', 'REASON'], steps),
    ...section('Artifacts:', ['  NAME', 'TYPE', 'BYTES', 'FROM', 'DIGEST'], artifacts),
    ...(status.result === undefined ? [] : ['Result:', indent(status.result)]),
  ];
}

/** Of a Session whose journal is elsewhere its status tells less. */
function waitsFor({ pendingApprovals = [] }: Session['status'], waits: readonly string[]): string[] {
  if (waits.length > 0) return ['Waits for:', waits.map(indent).join('\n\n')];
  const rows = pendingApprovals.map(({ name, call, expiresTime, digest }) => [
    `  ${name}`,
    oneLine(call ?? ''),
    expiresTime ?? '',
    digest,
  ]);
  return section('Waits for:', ['  GATE', 'CALL', 'UNTIL', 'DECISION'], rows);
}

function fromText({ session: name, at }: NonNullable<Session['spec']['from']>): string {
  return at === undefined ? `${name}, run again` : `${name}, forked at ${at}`;
}

/** What rules, heuristics and people changed, and whether it holds. */
function adjustments(list: readonly Adjusted[]): string[] {
  const rows = list.map(({ id, change, places, by, why, stands }) => [
    `  ${places.length > 2 ? `${places[0] ?? ''} and ${counted(places.length - 1, 'more place')}` : places.join(', ')}`,
    by,
    stands,
    id,
    `${change.op} ${aboutText(change)}`.trim(),
    why,
  ]);
  return section('Adjustments:', ['  AT', 'BY', 'STANDS', 'ID', 'WHAT', 'WHY'], rows);
}

/** Tokens of a Session by step, role and back end. Columns that would hold nothing are left out. */
function modelTurns(used: readonly UsageRow[]): string[] {
  const columns = turnColumns.filter(({ always, of }) => always === true || used.some((row) => of(row) !== ''));
  const rows = used.map((row) => columns.map(({ of }, index) => `${index === 0 ? '  ' : ''}${of(row)}`));
  const headings = columns.map(({ heading }, index) => `${index === 0 ? '  ' : ''}${heading}`);
  return section('Model turns:', headings, rows);
}

interface TurnColumn {
  readonly heading: string;
  readonly always?: true;
  readonly of: (row: UsageRow) => string;
}

const turnColumns: readonly TurnColumn[] = [
  { heading: 'STEP', always: true, of: ({ step }) => step },
  { heading: 'ROLE', always: true, of: ({ role }) => role },
  { heading: 'BACKEND', always: true, of: ({ backend }) => backend },
  { heading: 'MODEL', of: ({ model }) => model },
  { heading: 'TURNS', always: true, of: ({ turns }) => `${turns}` },
  { heading: 'FAILED', of: ({ failed }) => some(failed) },
  { heading: 'IN', always: true, of: ({ inputTokens }) => `${inputTokens}` },
  { heading: 'CACHED', of: ({ cachedTokens }) => some(cachedTokens) },
  { heading: 'OUT', always: true, of: ({ outputTokens }) => `${outputTokens}` },
  { heading: 'REASONING', of: ({ reasoningTokens }) => some(reasoningTokens) },
  { heading: 'COST', of: ({ picos }) => (picos === null ? '' : formatPicos(picos)) },
];

function some(count: number): string {
  return count === 0 ? '' : `${count}`;
}

/** `said` stands above already: where no condition says anything else, none is told. */
function conditions(list: readonly Condition[], said: string | undefined): string[] {
  const isTold = list.some(({ message }) => message !== '' && message !== said);
  const rows = list.map(({ type, status, reason, message }) => [
    `  ${type}`,
    status,
    reason,
    ...(isTold ? [oneLine(message)] : []),
  ]);
  return section('Conditions:', ['  TYPE', 'STATUS', 'REASON', ...(isTold ? ['MESSAGE'] : [])], rows);
}

function eventLines(events: readonly EventLine[]): string[] {
  const rows = events.map(({ time, type, reason, message }) => [`  ${time}`, type, reason, message]);
  return section('Events:', ['  TIME', 'TYPE', 'REASON', 'MESSAGE'], rows);
}

function section(title: string, headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [title, table(headings, rows)];
}

function fields(rows: readonly (readonly string[])[]): string {
  return rows.map(([name, value]) => `${(name ?? '').padEnd(12)} ${oneLine(value ?? '')}`.trimEnd()).join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
