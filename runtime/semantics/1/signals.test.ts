import { afterEach, describe, expect, it } from 'vitest';
import type { BundleReply } from '#crds';
import { reply, roleOf, stepOf } from '../../../test/session/bundles.ts';
import { Rigs, runAndReplay } from '../../../test/session/governed.ts';
import { semantics1 } from './index.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const outputSchema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
const list = { name: 'files.list', arguments: { path: 'workspace:' } };
const good: BundleReply = { text: '{"ok":true}', usage: { inputTokens: 3, outputTokens: 2 } };
const bad: BundleReply = { text: 'Well, ok.', usage: { inputTokens: 3, outputTokens: 2 } };

/** What a Session shows whose only role gives these replies, turn by turn. */
async function signals(replies: readonly BundleReply[], usual: number | null = null): Promise<unknown> {
  const turns = replies.map((one, index) => reply('writer', index + 1, one));
  const rig = rigs.of({ roles: [roleOf({ outputSchema })], replies: turns });
  await runAndReplay(rig);
  return semantics1.signalsOf(await rig.records(), 'first#1~1', usual);
}

describe('answers in a row that could not be used', () => {
  it.each<[string, readonly BundleReply[], number]>([
    ['none', [good], 0],
    ['one before a good one', [bad, good], 1],
    ['two before a good one', [bad, bad, good], 2],
    ['the last as well, where the call failed', [bad, bad, bad], 3],
    ['those after a call anew', [bad, bad, { toolCalls: [list] }, bad, good], 2],
    ['an empty one too', [{ text: '' }, good], 1],
  ])('%s', async (_what, replies, schemaFailures) => {
    expect(await signals(replies)).toMatchObject({ signals: { schemaFailures } });
  });
});

describe('calls alike in one conversation', () => {
  it.each<[string, readonly BundleReply[], number]>([
    ['none', [good], 0],
    ['different ones', [{ toolCalls: [list, { name: 'files.read', arguments: { path: 'a.md' } }] }, good], 1],
    ['the same again', [{ toolCalls: [list] }, { toolCalls: [list] }, good], 2],
    ['the same within one turn', [{ toolCalls: [list, list, list] }, good], 3],
    ['those that are refused', [{ toolCalls: [{ name: 'no.tool' }, { name: 'no.tool' }] }, good], 2],
  ])('%s', async (_what, replies, identicalCalls) => {
    expect(await signals(replies)).toMatchObject({ signals: { identicalCalls } });
  });
});

describe('tokens', () => {
  it('count as a multiple of what is usual, and as nothing where that is not known', async () => {
    expect(await signals([bad, good], 4)).toMatchObject({
      signals: { tokenFactor: 2.5 },
      used: { calls: 1, tokens: 10, cost: 0 },
    });
    expect(await signals([good], null)).toMatchObject({ signals: { tokenFactor: 0 } });
    expect(await signals([good], 0)).toMatchObject({ signals: { tokenFactor: 0 } });
  });
});

describe('stagnation', () => {
  const write = (text: string): Parameters<typeof rigs.of>[0] => ({
    steps: [
      stepOf({
        id: 'loop',
        tool: 'files.write',
        input: { path: 'a.md', text },
        until: { condition: 'iteration == 4', maxIterations: 5 },
      }),
    ],
  });

  it.each<[string, string, number]>([
    ['counts iterations that change neither output nor files', 'same', 3],
    ['is broken by one that does', 'n=${{ iteration }}', 0],
  ])('%s', async (_what, text, stagnation) => {
    const rig = rigs.of(write(text));
    await runAndReplay(rig);
    expect(semantics1.signalsOf(await rig.records(), 'loop#4~1', null)).toMatchObject({ signals: { stagnation } });
  });

  it('looks at no step of another branch', async () => {
    const block = { name: 'b', steps: [stepOf({ id: 'look', tool: 'files.list', input: { path: 'workspace:' } })] };
    const branches = ['x', 'y', 'z'].map((name) => ({ name, block: 'b' }));
    const rig = rigs.of({ steps: [stepOf({ id: 'fan', parallel: { branches } })], blocks: [block] });
    await runAndReplay(rig);
    expect(semantics1.signalsOf(await rig.records(), 'fan#1~1/z/look#1~1', null)).toMatchObject({
      signals: { stagnation: 0 },
    });
  });
});

describe('what is seen of an attempt', () => {
  it('is the same when the journal has gone on since', async () => {
    const loop = { condition: 'iteration == 3', maxIterations: 3 };
    const rig = rigs.of({ steps: [stepOf({ id: 'loop', role: 'writer', task: 'Write.', until: loop })] });
    await runAndReplay(rig);
    const records = await rig.records();
    const until = records.findIndex(({ type, path }) => type === 'step.ended' && path === 'loop#2~1');
    expect(semantics1.signalsOf(records, 'loop#2~1', 1)).toEqual(
      semantics1.signalsOf(records.slice(0, until + 1), 'loop#2~1', 1),
    );
  });
});
