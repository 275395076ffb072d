import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeOf } from './adjust.ts';

const cwd = '/nowhere';

describe('an adjustment on the command line', () => {
  it.each([
    ['skip', undefined, { step: 'one' }, { op: 'skip', step: 'one' }],
    ['retry', undefined, { step: 'one', reason: 'again' }, { op: 'retry', step: 'one', reason: 'again' }],
    ['abort', undefined, {}, { op: 'abort' }],
    ['disable', undefined, { tool: 'files.write' }, { op: 'disable', tool: 'files.write' }],
    ['skip', 'one', {}, { op: 'skip', step: 'one' }],
    ['patch', undefined, { role: 'r', prompt: 'P' }, { op: 'patch', role: 'r', patch: { prompt: 'P' } }],
    [
      'patch',
      undefined,
      { role: 'r', instruction: ['A', 'B'] },
      { op: 'patch', role: 'r', patch: { instructions: ['A', 'B'] } },
    ],
    ['revert', 'x1', {}, { op: 'revert', reverts: 'x1' }],
    ['apply', 'x1', {}, { op: 'apply', applies: 'x1' }],
  ] as const)('%s %s %j is read', async (op, id, flags, expected) => {
    expect(await changeOf(op, id, flags, cwd)).toEqual(expected);
  });

  it.each([
    ['skip', undefined, {}, 'a step'],
    ['skip', 'one', { step: 'one' }, 'one step'],
    ['disable', undefined, { step: 'one', role: 'two' }, 'one of a step, --role and --tool'],
    ['revert', undefined, {}, 'the id of an adjustment'],
    ['patch', undefined, { step: 'one' }, '--patch FILE'],
    ['skip', undefined, { step: 'one', task: 'T' }, 'nothing to set'],
  ] as const)('%s %s %j is refused', async (op, id, flags, words) => {
    await expect(changeOf(op, id, flags, cwd)).rejects.toThrow(words);
  });

  it('takes what it sets from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orket-adjust-'));
    writeFileSync(join(folder, 'patch.yaml'), 'task: Be brief.\n');
    try {
      const change = await changeOf('patch', undefined, { step: 'one', patch: 'patch.yaml' }, folder);
      expect(change).toEqual({ op: 'patch', step: 'one', patch: { task: 'Be brief.' } });
      await expect(changeOf('patch', undefined, { step: 'one', patch: 'gone' }, folder)).rejects.toThrow(
        'there is no such file',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
