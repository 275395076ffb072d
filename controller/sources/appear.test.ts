import fs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { appear } from './appear.ts';

function left(beside: string, name: string, seconds: number): string {
  const path = join(beside, name);
  fs.mkdirSync(join(path, 'tree'), { recursive: true });
  fs.utimesSync(path, seconds, seconds);
  return name;
}

const make = async (aside: string): Promise<void> => fs.mkdirSync(aside);

it('makes a folder once, and nothing where that goes wrong', async () => {
  const beside = temporaryFolder();
  const folder = join(beside, 'tree');
  await expect(appear(folder, beside, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(fs.readdirSync(beside)).toEqual([]);
  expect(await appear(folder, beside, make)).toBe(true);
  expect(await appear(folder, beside, make)).toBe(false);
  expect(fs.readdirSync(beside)).toEqual(['tree']);
});

it('removes some of what killed processes left, and nothing that may be in use', async () => {
  const beside = temporaryFolder();
  const now = fs.statSync(beside).mtimeMs / 1000;
  const kept = [left(beside, 'new-recent', now - 3600), left(beside, 'new-longer1', 0), left(beside, 'other', 0)];
  fs.symlinkSync('other', join(beside, 'new-linked'));
  for (const index of [1, 2, 3, 4, 5]) left(beside, `new-00000${index}`, 0);
  await appear(join(beside, 'one'), beside, make);
  expect(fs.readdirSync(beside).filter((name) => name.startsWith('new-0'))).toHaveLength(1);
  await appear(join(beside, 'two'), beside, make);
  expect(fs.readdirSync(beside).toSorted()).toEqual([...kept, 'new-linked', 'one', 'two'].toSorted());
});
