import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { asideOf } from './aside.ts';
import { replaceDurably, Replacement } from './durable-file.ts';
import { inlineFileOps } from './file-ops.ts';

const hourMs = 3_600_000;

/** A file as a process left it aside that wrote to it that long ago. */
function leftIn(folder: string, name: string, agoMs: number): string {
  const path = join(folder, name);
  fs.writeFileSync(path, 'half');
  const seconds = (fs.statSync(path).mtimeMs - agoMs) / 1000;
  fs.utimesSync(path, seconds, seconds);
  return name;
}

function nameAside(of: string): string {
  return asideOf(of).replace(/^.*\//, '');
}

describe('a file that is replaced', () => {
  it('is whole, whoever else replaces it at the same time', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'session.yaml');
    // All of one process: others may have its number, too.
    const all = ['one', 'two', 'three'].map((text) => ({ text, file: new Replacement(path) }));
    for (const { text, file } of all) file.write(Buffer.from(text));
    for (const { text, file } of all) {
      file.commit();
      expect(fs.readFileSync(path, 'utf8')).toBe(text);
    }
    expect(fs.readdirSync(folder)).toEqual(['session.yaml']);
  });

  it('is written to no file that is there already', () => {
    const path = join(temporaryFolder(), 'taken');
    fs.writeFileSync(path, 'mine');
    expect(() => inlineFileOps.create(path)).toThrow('EEXIST');
    expect(fs.readFileSync(path, 'utf8')).toBe('mine');
  });

  it('may have a name as long as names can be', () => {
    for (const name of ['ä'.repeat(127), '語'.repeat(85), 'n'.repeat(255)]) {
      const path = join(temporaryFolder(), name);
      replaceDurably(path, 'whole');
      expect(fs.readFileSync(path, 'utf8')).toBe('whole');
    }
  });

  it('has what killed processes left aside removed, and nothing else', () => {
    const folder = temporaryFolder();
    for (const of of ['session.yaml', 'gone\nby.json']) leftIn(folder, nameAside(of), 2 * hourMs);
    const kept = [
      leftIn(folder, nameAside('session.yaml'), hourMs / 2),
      leftIn(folder, '.session.yaml.4711.new', 2 * hourMs),
      leftIn(folder, 'old.orket-0123456789abcdef.new', 2 * hourMs),
      leftIn(folder, 'bundle.json', 2 * hourMs),
    ];
    const link = nameAside('link');
    fs.symlinkSync('bundle.json', join(folder, link));
    fs.lutimesSync(join(folder, link), 0, 0);
    replaceDurably(join(folder, 'session.yaml'), 'whole');
    expect(fs.readdirSync(folder).toSorted()).toEqual([...kept, link, 'session.yaml'].toSorted());
  });

  it('is left as it was where its own file was swept meanwhile', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'session.yaml');
    replaceDurably(path, 'before');
    const slow = new Replacement(path);
    slow.write(Buffer.from('half'));
    const [aside = ''] = fs.readdirSync(folder).filter((name) => name.endsWith('.new'));
    fs.utimesSync(join(folder, aside), 0, 0);
    replaceDurably(join(folder, 'other'), 'whole');
    expect(() => slow.commit()).toThrow('ENOENT');
    expect(fs.readFileSync(path, 'utf8')).toBe('before');
    expect(fs.readdirSync(folder).toSorted()).toEqual(['other', 'session.yaml']);
  });
});
