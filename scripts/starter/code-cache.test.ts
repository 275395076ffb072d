import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mayBeTaken, packCodeCache, readCodeCache, type Program } from './code-cache.ts';
import { compileProgram } from './program.ts';

const source = Buffer.from('(function (require, module) { module.exports = 1 + 1; })');
const code = compileProgram('/program.js', source, null).createCachedData();

let folder: string;
let file: string;
let program: Program;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-code-cache-'));
  file = join(folder, 'session.code-cache');
  writeFileSync(join(folder, 'session.program.js'), source, { mode: 0o644 });
  program = { source, guard: statSync(join(folder, 'session.program.js')) };
});
afterEach(() => rmSync(folder, { recursive: true }));

function lay(packed: Buffer): void {
  writeFileSync(file, packed);
  chmodSync(file, 0o644);
}

describe('a code cache', () => {
  it('of this program and this Node is taken, by V8 too', () => {
    lay(packCodeCache(source, code));
    const read = readCodeCache(file, program);
    expect(read?.equals(code)).toBe(true);
    expect(compileProgram('/program.js', source, read).cachedDataRejected).toBe(false);
  });

  it('of another program is not taken, even of one as long, which V8 would take', () => {
    const other = Buffer.from(source.toString().replace('1 + 1', '1 + 2'));
    lay(packCodeCache(source, code));
    expect(new Script(other.toString(), { cachedData: code }).cachedDataRejected).toBe(false);
    expect(readCodeCache(file, { ...program, source: other })).toBeNull();
  });

  it('of another Node is not taken', () => {
    lay(packCodeCache(source, code, JSON.stringify([{ ...process.versions, node: '24.0.0' }])));
    expect(readCodeCache(file, program)).toBeNull();
  });

  it('with any byte changed, or cut off anywhere, is not taken', () => {
    const packed = packCodeCache(source, code);
    const place = fc.nat({ max: packed.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, isCut) => {
        const damaged = Buffer.from(isCut ? packed.subarray(0, at) : packed);
        if (!isCut) damaged.writeUInt8(packed.readUInt8(at) ^ change, at);
        lay(damaged);
        expect(readCodeCache(file, program)).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it('that others may write is not taken', () => {
    lay(packCodeCache(source, code));
    for (const mode of [0o664, 0o646, 0o777]) {
      chmodSync(file, mode);
      expect(readCodeCache(file, program)).toBeNull();
    }
  });

  it('behind a link, or that is none, is not taken', () => {
    expect(readCodeCache(file, program)).toBeNull();
    expect(readCodeCache(folder, program)).toBeNull();
    lay(packCodeCache(source, code));
    symlinkSync(file, `${file}.link`);
    expect(readCodeCache(`${file}.link`, program)).toBeNull();
  });

  it.each([
    ['the owner of the program', 1000, 0o644, true],
    ['the owner of the program, for itself alone', 1000, 0o600, true],
    ['root', 0, 0o644, true],
    ['somebody else', 1001, 0o644, false],
    ['somebody else, for everybody', 1001, 0o666, false],
    ['the owner, for its group', 1000, 0o664, false],
    ['root, for everybody', 0, 0o646, false],
  ])('written by %s is taken or not by who could have written it', (_by, uid, mode, isTaken) => {
    expect(mayBeTaken({ uid, mode: 0o100000 | mode }, { uid: 1000, mode: 0o100755 })).toBe(isTaken);
  });
});
