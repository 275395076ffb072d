import fc from 'fast-check';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { digestOfBytes, type JsonObject } from '#crds';
import { recordingOf } from '../replay/recording.ts';
import { replay } from '../replay/replay.ts';
import { exportFolder } from './export.ts';
import { openArchive } from './read.ts';
import { headerOf } from './tar.ts';
import { verifyArchive } from './verify.ts';

const golden = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden');
const started = { uid: 'uid-1', provenance: { session: 'large-1' } };

const header = headerOf({ name: 'SHA256SUMS', bytes: 0 });

async function exported(name: string): Promise<string> {
  const path = join(temporaryFolder(), 'session.orket');
  await exportFolder(join(golden, name), started, path);
  return path;
}

async function open(path: string) {
  const archive = await openArchive(path);
  try {
    return await verifyArchive(archive, []);
  } finally {
    await archive.close();
  }
}

describe('an archive', () => {
  it('has the same bytes for the same Session, and is verified and replayed from them alone', async () => {
    const [path, again] = [await exported('large'), await exported('large')];
    expect(fs.readFileSync(path).equals(fs.readFileSync(again))).toBe(true);
    expect(await open(path)).toMatchObject({
      broken: null,
      bundle: 'matches',
      proven: 'chain only',
      blobs: { count: 4 },
    });
    const archive = await openArchive(path);
    const expected: unknown = JSON.parse(fs.readFileSync(join(golden, 'large', 'expected.json'), 'utf8'));
    expect(await replay(await recordingOf(archive.source, archive.bundle))).toEqual(expected);
    await archive.close();
  });

  it('has the same bytes for a copy of the folder, and is named after the folder only where its journal names nothing', async () => {
    const copy = join(temporaryFolder(), 'copy');
    fs.cpSync(join(golden, 'large'), copy, { recursive: true });
    const bytesOf = async (provenance: JsonObject) => {
      const path = join(temporaryFolder(), 'copy.orket');
      await exportFolder(copy, { uid: 'uid-1', provenance }, path);
      return fs.readFileSync(path);
    };
    expect((await bytesOf({ session: 'large-1' })).equals(fs.readFileSync(await exported('large')))).toBe(true);
    expect((await bytesOf({})).toString('latin1')).toContain('"name":"copy"');
  });

  it('holds every artifact by the digest of its bytes, with its media type and where it comes from', async () => {
    const archive = await openArchive(await exported('shared'));
    const { records, readFile } = await recordingOf(archive.source, archive.bundle);
    const kept = records.flatMap((record) => (record.type === 'artifact.written' ? [record.body] : []));
    expect(kept).toMatchObject([{ name: 'long', mediaType: 'text/plain', origin: 'workspace:long.md' }]);
    for (const { content, digest } of kept) expect(digestOfBytes(await readFile(content, digest))).toBe(digest);
    await archive.close();
  });

  it('of a Session that is being written ends with its last whole record', async () => {
    const dir = temporaryFolder();
    fs.cpSync(join(golden, 'hello'), dir, { recursive: true });
    fs.appendFileSync(join(dir, 'journal.jsonl'), '{"half":'.padEnd(200_000, 'x'));
    const path = join(temporaryFolder(), 'a.orket');
    await exportFolder(dir, started, path);
    expect(await open(path)).toMatchObject({ broken: null, tornBytes: 0 });
  });

  it('in which any byte was changed, cut or added is refused', async () => {
    const path = await exported('hello');
    const bytes = fs.readFileSync(path);
    const changed = join(temporaryFolder(), 'changed.orket');
    const found = async (other: Uint8Array): Promise<boolean> => {
      fs.writeFileSync(changed, other);
      return open(changed).then(
        ({ broken }) => broken !== null,
        (error: unknown) => error instanceof Error && 'reason' in error && error.reason === 'JournalCorrupt',
      );
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), fc.nat(2), async (at, bit, way) => {
        const other = Buffer.from(bytes);
        other.writeUInt8(other.readUInt8(at) ^ (1 << bit), at);
        const cut = bytes.subarray(0, at);
        const longer = Buffer.concat([bytes, Buffer.alloc(512 * (1 + bit))]);
        expect(await found([other, cut, longer][way] ?? other)).toBe(true);
      }),
      { numRuns: 120, seed: 11 },
    );
  });

  it.each<[string, () => Buffer]>([
    ['a path that leads out', () => headerOf({ name: '../../etc/passwd', bytes: 0 })],
    ['another file first', () => headerOf({ name: 'journal.jsonl', bytes: 0 })],
    ['a size beyond the file', () => headerOf({ name: 'SHA256SUMS', bytes: 8 ** 11 - 1 })],
    ['a link', () => Buffer.concat([header.subarray(0, 156), Buffer.from('2'), header.subarray(157)])],
    ['nothing', () => Buffer.alloc(0)],
    ['compressed bytes', () => Buffer.from('1f8b0800000000000003', 'hex')],
  ])('that holds %s is refused before anything of it is used', async (_, first) => {
    const path = join(temporaryFolder(), 'hostile.orket');
    fs.writeFileSync(path, Buffer.concat([first(), Buffer.alloc(1024)]));
    await expect(openArchive(path)).rejects.toMatchObject({ reason: 'JournalCorrupt' });
  });

  it('that is no regular file is refused', async () => {
    await expect(openArchive(temporaryFolder())).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    await expect(openArchive('/dev/null')).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    await expect(openArchive('/none/at/all')).rejects.toMatchObject({ reason: 'NotFound' });
  });
});
