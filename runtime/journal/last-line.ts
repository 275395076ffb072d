import { isObject } from './shape.ts';
import { firstPrev } from './record.ts';

/** What a store has to know of its last record. Unchecked: the journal checks the chain before anything is written. */
export interface LastLine {
  readonly hash: string;
  readonly epoch: number;
  /** The beginning of a fork is written before its first attempt, under the epoch that this one will have. */
  readonly awaitsAttempt: boolean;
  /** 0 where the line states nothing usable, so that nothing is taken for durable. */
  readonly synced: number;
}

export function lastLine(lines: readonly string[]): LastLine | null {
  const line = lines.at(-1);
  if (line === undefined) return null;
  const value = parsed(line);
  if (!isObject(value)) return { hash: firstPrev, epoch: 0, awaitsAttempt: false, synced: 0 };
  const { hash, epoch, type, synced } = value;
  return {
    hash: typeof hash === 'string' ? hash : firstPrev,
    epoch: isCount(epoch) ? epoch : 0,
    awaitsAttempt: type === 'session.forked' && isCount(epoch),
    synced: isCount(synced) && synced < lines.length ? synced : 0,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
