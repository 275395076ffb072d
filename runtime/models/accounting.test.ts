import { afterEach, describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import { answering } from '../../test/session/answering.ts';
import { bundleOf, roleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import type { JournalRecord, RecordBodies } from '../journal/record.ts';
import { Accounting, type UsageRow } from './accounting.ts';
import { ModelError } from './model-error.ts';

const rigs: SessionRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

function accounted(records: readonly JournalRecord[]): readonly UsageRow[] {
  const accounting = new Accounting();
  for (const record of records) accounting.add(record);
  return accounting.rows();
}

function response(path: string, body: Partial<RecordBodies['model.response']>): JournalRecord {
  const chain = { v: 1, seq: 1, epoch: 1, prev: '', hash: '', at: '2026-01-01T00:00:00.000Z', synced: 0 } as const;
  const empty = { responseDigest: null, response: null, error: null, usage: null, backend: 'a' };
  return { ...chain, type: 'model.response', path, body: { ...empty, ...body } };
}

const one = { inputTokens: 1, cachedTokens: 1, outputTokens: 1 };

function row(parts: Partial<UsageRow>): UsageRow {
  const tokens = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, picos: null };
  return { role: 'writer', step: 'first', model: '', backend: 'a', turns: 0, failed: 0, ...tokens, ...parts };
}

describe('what a Session used', () => {
  it('is told apart by step, role and back end, with attempts that failed', async () => {
    const rig = new SessionRig(
      bundleOf({
        roles: [roleOf(), roleOf({ name: 'reader', model: 'small' })],
        steps: [
          stepOf({ role: 'writer', task: 'x' }),
          stepOf({ id: 'again', role: 'writer', task: 'x' }),
          stepOf({ id: 'last', role: 'reader', task: 'x' }),
        ],
      }),
    );
    rigs.push(rig);
    const call = { name: 'files.list', arguments: { parsed: { path: 'workspace:' } } };
    answering(rig, [
      {
        toolCalls: [call],
        usage: { inputTokens: 10, outputTokens: 5, cachedTokens: 4, reasoningTokens: 2 },
        backend: 'a',
      },
      new ModelError(new OrketError('ModelBusy', 'busy'), { backend: 'a' }),
      { text: 'x', usage: { inputTokens: 20, outputTokens: 1 }, backend: 'b' },
      { text: 'x', usage: null, backend: 'b' },
      { text: 'x', usage: { inputTokens: 1, outputTokens: 1, cachedTokens: 1 }, backend: 'b' },
    ]);
    await rig.run();
    expect(accounted(await rig.records())).toEqual([
      row({
        step: 'first',
        turns: 1,
        failed: 1,
        inputTokens: 10,
        cachedTokens: 4,
        outputTokens: 5,
        reasoningTokens: 2,
      }),
      row({ step: 'first', backend: 'b', turns: 1, inputTokens: 20, outputTokens: 1 }),
      row({ step: 'again', backend: 'b', turns: 1 }),
      row({ step: 'last', role: 'reader', model: 'small', backend: 'b', turns: 1, ...one }),
    ]);
  });

  it('has the cost of every attempt, and the steps around a step', () => {
    const path = 'each#1~1/[0]/review#2~1/t1';
    const rows = accounted([
      response(`${path}~1`, { error: { reason: 'ModelBusy', message: 'x' }, picos: 7 }),
      response(`${path}~2`, { picos: 5 }),
    ]);
    expect(rows).toMatchObject([{ step: 'each/review', turns: 1, failed: 1, picos: 12 }]);
  });
});
