import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainLines, temporaryFolder } from '../../test/conformance/store-samples.ts';
import { digestOfBytes } from '#crds';
import { readJournal, type JournalRecord } from '#runtime';
import { copyArtifacts } from './local-artifacts.ts';

const golden = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden', 'shared');

function session(): string {
  const dir = temporaryFolder();
  fs.cpSync(golden, dir, { recursive: true });
  return dir;
}

async function recordsIn(dir: string): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const found of readJournal(dir)) if (found.kind === 'record') records.push(found.record);
  return records;
}

/** The same Session with another name for its artifact, as somebody may have written its journal. */
async function sessionWith(name: string): Promise<string> {
  const dir = session();
  const records = (await recordsIn(dir)).map((record) =>
    record.type === 'artifact.written' ? { ...record, body: { ...record.body, name } } : record,
  );
  fs.writeFileSync(
    join(dir, 'journal.jsonl'),
    chainLines(records)
      .lines.map((line) => `${line}\n`)
      .join(''),
  );
  return dir;
}

describe('copies of artifacts', () => {
  it('are the bytes that the journal holds by their digest, also a second time', async () => {
    const dir = session();
    const [written] = (await recordsIn(dir)).flatMap((record) => (record.type === 'artifact.written' ? [record] : []));
    for (const _ of [1, 2]) {
      expect(await copyArtifacts(dir)).toEqual([join(dir, 'artifacts', 'long')]);
      expect(digestOfBytes(fs.readFileSync(join(dir, 'artifacts', 'long')))).toBe(written?.body.digest);
    }
    expect(fs.readdirSync(join(dir, 'artifacts'))).toEqual(['long']);
  });

  it('are not written through a link that stands in their place or in that of the folder', async () => {
    const [dir, outside] = [session(), temporaryFolder()];
    fs.writeFileSync(join(outside, 'long'), 'mine');
    fs.mkdirSync(join(dir, 'artifacts'));
    fs.symlinkSync(join(outside, 'long'), join(dir, 'artifacts', 'long'));
    await copyArtifacts(dir);
    expect(fs.lstatSync(join(dir, 'artifacts', 'long')).isFile()).toBe(true);
    fs.rmSync(join(dir, 'artifacts'), { recursive: true });
    fs.symlinkSync(outside, join(dir, 'artifacts'));
    await expect(copyArtifacts(dir)).rejects.toMatchObject({ reason: 'Usage' });
    expect(fs.readdirSync(outside)).toEqual(['long']);
    expect(fs.readFileSync(join(outside, 'long'), 'utf8')).toBe('mine');
  });

  it.each(['..', '.', '', '../up', '/etc/passwd', 'a/b', 'n'.repeat(300)])(
    'are not made of an artifact that somebody named %j',
    async (name) => {
      const dir = await sessionWith(name);
      expect(await copyArtifacts(dir)).toEqual([]);
      expect(fs.existsSync(join(dir, '..', 'up'))).toBe(false);
    },
  );
});
