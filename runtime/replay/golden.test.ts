import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyJournal } from '../journal/verify.ts';
import { recordingIn } from '../../test/session/recording-in.ts';
import { replay } from './replay.ts';

const folder = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden');

describe('a golden journal', () => {
  it.each(readdirSync(folder).toSorted())('%s still replays to the state it was recorded with', async (name) => {
    const dir = join(folder, name);
    const expected: unknown = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8'));
    expect(await replay(await recordingIn(dir))).toEqual(expected);
    expect((await verifyJournal({ from: dir })).broken).toBeNull();
  });

  it.each([
    ['killed', 'files'],
    ['killed-steps', 'steps'],
    ['forked', 'files'],
  ])('%s, that was disturbed or forked, has the state of %s', (...names) => {
    const [disturbed, other] = names.map((name) => readFileSync(join(folder, name, 'expected.json'), 'utf8'));
    expect(disturbed).toBe(other);
  });
});
