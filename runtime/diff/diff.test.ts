import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleOf, reply, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { canonicalCopy, canonicalJson, type Bundle } from '#crds';
import { type Recording } from '../replay/recording.ts';
import { recordingIn } from '../../test/session/recording-in.ts';
import { diffSessions } from './diff.ts';
import { fieldChanges } from './fields.ts';
import { lineChanges } from './lines.ts';

const golden = (name: string): Promise<Recording> =>
  recordingIn(join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden', name));

async function recorded(bundle: Bundle): Promise<Recording> {
  const rig = new SessionRig(bundle);
  try {
    await rig.run();
    return await rig.recording();
  } finally {
    rig.dispose();
  }
}

const write = (text: string): Bundle =>
  bundleOf({
    steps: [
      stepOf({ id: 'make', tool: 'files.write', input: { path: 'a.md', text } }),
      stepOf({ id: 'tell', role: 'writer', task: 'Tell of it.' }),
    ],
    replies: [reply('writer', 1, { text: `It says ${text}.` })],
  });

describe('the difference of two Sessions', () => {
  it('is none where one was only disturbed', async () => {
    expect(await diffSessions(await golden('files'), await golden('killed'))).toEqual({
      closure: [],
      firstPath: null,
      happened: [],
      end: [],
    });
  });

  it('is what was run, what happened from where on, and how it ended', async () => {
    const found = await diffSessions(await recorded(write('ebb')), await recorded(write('flow')));
    expect(found.closure).toContainEqual({ field: 'steps[make].input.text', before: 'ebb', after: 'flow' });
    expect(found.firstPath).toBe('make#1');
    expect(found.happened.map(({ path, what, change }) => `${change} ${what} ${path}`)).toEqual([
      'changed call make#1',
      'changed turn tell#1/t1',
      'changed call tell#1',
    ]);
    expect(found.end.map(({ field }) => field)).toEqual(['result.summary', 'state', 'tree', 'usage.outputTokens']);
  });

  it('names what only one of them has, also where one was broken off', async () => {
    const found = await diffSessions(await golden('broken-off'), await golden('files'));
    expect(found.happened.filter(({ change }) => change === 'added').map(({ path }) => path)).toContain('list#1');
    expect(found.end).toContainEqual({ field: 'status', before: 'no end', after: 'succeeded' });
  });
});

describe('changes of fields', () => {
  it('find items of a list by their names, and tell when only their order changed', () => {
    const roles = [{ name: 'a', prompt: 'A' }, { name: 'b' }];
    expect(fieldChanges({ roles }, { roles: [{ name: 'b' }, { name: 'a', prompt: 'B' }] })).toEqual([
      { field: 'roles[a].prompt', before: 'A', after: 'B' },
      { field: 'roles (order)', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
    expect(fieldChanges([1, 2], [1])).toEqual([{ field: '[1]', before: 2 }]);
  });

  const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value')),
    ),
  }));

  it('are none between equal values, and some between others', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [a, b] = [canonicalCopy(one).value, canonicalCopy(other).value];
        expect(fieldChanges(a, a)).toEqual([]);
        expect(fieldChanges(a, b).length > 0).toBe(canonicalJson(a) !== canonicalJson(b));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('of lines make one text of the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineChanges(before, after) ?? [];
        const taken = new Set(changes.filter(({ side }) => side === 'before').map(({ line }) => line));
        const kept = before.split('\n').filter((_, index) => !taken.has(index + 1));
        for (const { side, line, text: added } of changes) if (side === 'after') kept.splice(line - 1, 0, added);
        expect(kept.join('\n')).toBe(after);
      }),
      { numRuns: 500, seed: 5 },
    );
    expect(lineChanges('x\n'.repeat(3000), 'y')).toBeNull();
  });
});
