import { seenUsage } from '../../call/amounts.ts';
import { childPath, isBelow, splitAttempt } from '../../call/path.ts';
import type { JournalRecord } from '../../journal/record.ts';

/** What an execution of a step shows that may be a sign of drift; each 0 where there is none. */
export interface Signals {
  /** Most answers in a row, within one call of a role, that could not be used. */
  readonly schemaFailures: number;
  /** Most calls with the same name and input within one conversation. */
  readonly identicalCalls: number;
  /** Executions in a row, up to this one, that changed neither output nor files. */
  readonly stagnation: number;
  /** Tokens used, as a multiple of what is usual; 0 where nothing is known. */
  readonly tokenFactor: number;
}

/** What was used below a step, in settled turns and calls. */
export interface StepAmounts {
  readonly calls: number;
  readonly tokens: number;
  /** In the unit of the Venue's prices. */
  readonly cost: number;
}

const unusable: ReadonlySet<string> = new Set([
  'OutputRefused',
  'ModelRefused',
  'ModelAnswerTooLarge',
  'ModelAnswerBroken',
]);

/** What was seen of an iteration of a step when an attempt at it ended. */
export interface Seen {
  readonly signals: Signals;
  /** By all attempts so far. */
  readonly used: StepAmounts;
}

/**
 * What the records of an iteration of a step show once the attempt at `ended` has come to its end. Pure, and only over
 * what lies in the same branch and not after that end, so that every run of the same journal sees the same. `usual` is
 * what the step used before, null for unknown; `last` is where that end stands, for who knows it already.
 */
export function signalsOf(
  records: readonly JournalRecord[],
  ended: string,
  usual: number | null,
  last: number = lastIndex(records, ended),
): Seen {
  const below = recordsUpTo(records, last, splitAttempt(ended).base);
  const used = amountsOf(below);
  const signals = {
    schemaFailures: schemaFailures(below),
    identicalCalls: identicalCalls(below),
    stagnation: stagnation(records, last, ended),
    tokenFactor: usual === null || usual <= 0 ? 0 : used.tokens / usual,
  };
  return { signals, used };
}

/** A resume has later records as well. */
function lastIndex(records: readonly JournalRecord[], ended: string): number {
  return records.findLastIndex(({ type, path }) => type === 'step.ended' && path === ended);
}

function schemaFailures(below: readonly JournalRecord[]): number {
  const failed = new Set<string>();
  for (const record of below) {
    if (record.type === 'call.outcome' && unusable.has(record.body.error?.reason ?? '')) failed.add(record.path);
  }
  let most = 0;
  for (const [path, turns] of conversations(below)) {
    let row = 0;
    for (const [index, calls] of turns.entries()) {
      // An answer that another turn follows was neither a call nor what the role returns.
      const isUsed = calls.length > 0 || (index === turns.length - 1 && !failed.has(path));
      row = isUsed ? 0 : row + 1;
      most = Math.max(most, row);
    }
  }
  return most;
}

function identicalCalls(below: readonly JournalRecord[]): number {
  let most = 0;
  for (const turns of conversations(below).values()) {
    const counts = new Map<string, number>();
    for (const call of turns.flat()) {
      const count = (counts.get(call) ?? 0) + 1;
      counts.set(call, count);
      most = Math.max(most, count);
    }
  }
  return most;
}

/** Executions further back than this say nothing about now. */
const longestRow = 32;

function stagnation(records: readonly JournalRecord[], last: number, ended: string): number {
  const parent = ended.slice(0, Math.max(0, ended.lastIndexOf('/')));
  let row = 0;
  let later: string | null = null;
  // From the last one backwards: what the records of a step say of its files comes before its end.
  let pending: { readonly path: string; readonly output: string } | null = null;
  for (let at = last; at >= 0 && row < longestRow; at -= 1) {
    const record = records[at];
    if (record === undefined) continue;
    if (record.type === 'step.started' && record.path === parent) break;
    if (record.type === 'step.ended' && isStepOf(record.path, parent)) {
      pending = { path: record.path, output: record.body.outputDigest ?? record.body.error?.reason ?? '' };
    }
    if (record.type !== 'workspace.snapshot' || record.path !== pending?.path) continue;
    const state: string = `${pending.output} ${record.body.treeDigest}`;
    if (later !== null && state !== later) break;
    if (later !== null) row += 1;
    later = state;
    pending = null;
  }
  return row;
}

/** Whether a path is that of an attempt at a step of the list that a path is around. */
function isStepOf(path: string, parent: string): boolean {
  const name = path.slice(parent === '' ? 0 : parent.length + 1);
  return path === childPath(parent, name) && name.includes('#') && !name.includes('/');
}

function amountsOf(below: readonly JournalRecord[]): StepAmounts {
  let [calls, tokens, picos] = [0, 0, 0];
  for (const record of below) {
    if (record.type === 'call.outcome') calls += 1;
    if (record.type !== 'model.response') continue;
    tokens += (record.body.usage?.inputTokens ?? 0) + (record.body.usage?.outputTokens ?? 0);
    picos += record.body.picos ?? 0;
  }
  return seenUsage({ calls, tokens, picos });
}

const turnForm = /^(.*)\/t[1-9]\d*~[1-9]\d*$/;
const callForm = /^(.*)\/t[1-9]\d*~[1-9]\d*\/c[1-9]\d*~1$/;

/** By the path of a role's call its answered turns in order, each with its calls by name and digest of the input. */
function conversations(below: readonly JournalRecord[]): ReadonlyMap<string, readonly (readonly string[])[]> {
  const found = new Map<string, string[][]>();
  for (const record of below) {
    if (record.type === 'model.response' && record.body.error === null) {
      const path = turnForm.exec(record.path)?.[1] ?? '';
      const turns = found.get(path) ?? [];
      found.set(path, turns);
      turns.push([]);
    }
    if (record.type !== 'call.intent' && record.type !== 'call.denied') continue;
    const path = callForm.exec(record.path)?.[1];
    const turn = path === undefined ? undefined : found.get(path)?.at(-1);
    turn?.push(`${record.body.name} ${record.body.inputDigest}`);
  }
  return found;
}

/** The records of an iteration of a step, those of all attempts. Looks no further back than to its beginning. */
function recordsUpTo(records: readonly JournalRecord[], last: number, iteration: string): readonly JournalRecord[] {
  const found: JournalRecord[] = [];
  for (let at = last; at >= 0; at -= 1) {
    const record = records[at];
    if (record === undefined) continue;
    const { path, type } = record;
    if (splitAttempt(path).base === iteration || isBelow(path, iteration) || path.startsWith(`${iteration}~`))
      found.push(record);
    if (type === 'step.started' && path === `${iteration}~1`) break;
  }
  return found.toReversed();
}
