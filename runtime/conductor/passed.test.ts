import { describe, expect, it } from 'vitest';
import { History } from '../call/history.ts';
import type { JournalRecord } from '../journal/record.ts';
import { isPassed } from './passed.ts';

/** Only types and paths matter, and that seqs count from 1. */
const past = (...lines: readonly string[]): Parameters<typeof isPassed>[0] => {
  const records = lines.map((line, index) => {
    const [type, path] = line.split(' ');
    return { seq: index + 1, type, path: path ?? '', body: {} } as unknown as JournalRecord;
  });
  const history = new History(records);
  return { records, recall: (type, path) => history.find(type, path) };
};

describe('a Session has passed what comes before an iteration', () => {
  it.each<[readonly string[], boolean]>([
    [['step.started a#1~1'], false],
    [['step.started a#2~1'], true],
    [['step.skipped a#2'], true],
    [['step.ended a#2~1'], true],
    [['value.recorded a#2/when', 'conductor.adjusted a#2/b1'], false],
    [['step.started a#20~1', 'step.started b/a#2~1'], false],
  ])('with %j: %s', (lines, passed) => {
    expect(isPassed(past(...lines), 'before', 'a#2')).toBe(passed);
  });
});

describe('a Session has passed what comes after an attempt', () => {
  const ended = 'step.ended fan#1~1/left/a#1~1';
  it.each<[string, readonly string[], boolean]>([
    ['not before it ended', ['step.started fan#1~1/left/a#1~1'], false],
    ['not when it ended', [ended], false],
    ['not by what was adjusted there', [ended, 'conductor.adjusted fan#1~1/left/a#1~1/e1'], false],
    ['not by what arrived or began anew', [ended, 'input.received ', 'attempt.started '], false],
    ['not by another branch', [ended, 'step.started fan#1~1/right/b#1~1'], false],
    ['by the next attempt', [ended, 'step.started fan#1~1/left/a#1~2'], true],
    ['by the next iteration', [ended, 'conductor.adjusted fan#1~1/left/a#2/b1'], true],
    ['by the next step', [ended, 'value.recorded fan#1~1/left/b#1/when'], true],
    ['by the end of the block', [ended, 'step.ended fan#1~1'], true],
    ['by the end of that which is around the block', ['step.ended x', ended, 'step.ended fan#1~1'], true],
    ['not by what was before', ['step.started fan#1~1/left/b#1~1', ended], false],
  ])('%s', (_what, lines, passed) => {
    expect(isPassed(past(...lines), 'after', 'fan#1~1/left/a#1~1')).toBe(passed);
  });

  it('of the Score itself by the next step', () => {
    const of = (...lines: readonly string[]): boolean => isPassed(past(...lines), 'after', 'a#1~1');
    expect([of('step.ended a#1~1'), of('step.ended a#1~1', 'step.started b#1~1')]).toEqual([false, true]);
  });
});
