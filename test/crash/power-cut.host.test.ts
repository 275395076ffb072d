import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#crds';
import { copyArtifacts, recordFork, SessionFolder } from '#controller';
import { systemPeople } from '#runtime';
import { fileState } from '../../runtime/state/file-state.ts';
import { folderInbox } from '../../runtime/inbox/folder-inbox.ts';
import { sendToInbox } from '../../runtime/inbox/send.ts';
import { writeArchive } from '../../runtime/archive/write.ts';
import { writeDurably } from '../../runtime/journal/durable-file.ts';
import { inlineFileOps, type InlineFileOps } from '../../runtime/journal/file-ops.ts';
import { temporaryFolder } from '../conformance/store-samples.ts';
import { PowerCutDisk } from './power-cut-disk.ts';

/** A file that promises to be durable: how it is changed, and what a reader finds. */
interface Promised {
  readonly name: string;
  /** What is there before. */
  readonly before?: (dir: string) => Promise<void>;
  readonly change: (dir: string, ops: InlineFileOps) => Promise<unknown>;
  /** Anything but `old` and `new` is a torn one. */
  readonly read: (dir: string) => Promise<string>;
}

const golden = join(import.meta.dirname, '../conformance/golden/shared');
const wait = async (): Promise<void> => {};

/** The text of a file, told by which of two it is. */
function textOf(path: string, texts: Readonly<Record<string, string>>): string {
  const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
  return Object.entries(texts).find(([, one]) => one === text)?.[0] ?? `torn: ${text}`;
}

async function stateIn(dir: string): Promise<string> {
  try {
    const { value, version } = await fileState({ dir: join(dir, 'state/flow'), wait }).get('a');
    return value === null && version === 0
      ? 'old'
      : `${value === 'old' || value === 'new' ? value : 'torn'} of ${version}`;
  } catch (error) {
    expect(error).toMatchObject({ reason: 'StateCorrupt' });
    return 'torn';
  }
}

function put(dir: string, value: JsonValue, version: number, ops: InlineFileOps): Promise<number> {
  return fileState({ dir: join(dir, 'state/flow'), wait, ops }).put('a', value, version, `key-${version}`);
}

function folderIn(dir: string, ops: InlineFileOps = inlineFileOps): SessionFolder {
  return new SessionFolder(join(dir, '.orket'), 'demo', ops);
}

const rules = [{ match: 'true', action: 'deny' }] as const;
const fork = { session: 'other', uid: 'uid-2', at: 'a#1', parentHead: { seq: 1, head: '0'.repeat(64) } };
const message = {
  kind: 'control',
  id: 'stop',
  control: 'cancel',
  note: 'enough '.repeat(500),
  from: systemPeople(userInfo().uid),
} as const;

async function archive(dir: string, uid: string, ops: InlineFileOps): Promise<void> {
  const journal = await open(join(golden, 'journal.jsonl'), 'r');
  const { size } = await journal.stat();
  const parts = { bundle: '{}', anchors: [], journal: { file: journal, from: 0, end: size }, blobs: null };
  const label = { archiveVersion: 1, session: { name: 'demo', uid } } as const;
  try {
    await writeArchive(join(dir, 'demo.orket'), { label, ...parts }, ops);
  } finally {
    await journal.close();
  }
}

/** What a whole one holds. */
async function archiveText(uid: string): Promise<string> {
  const text = archives.get(uid);
  if (text !== undefined) return text;
  const dir = temporaryFolder();
  await archive(dir, uid, inlineFileOps);
  archives.set(uid, fs.readFileSync(join(dir, 'demo.orket'), 'utf8'));
  return archiveText(uid);
}

const archives = new Map<string, string>();

const promised: readonly Promised[] = [
  {
    name: 'the first state of a key',
    change: (dir, ops) => put(dir, 'new', 0, ops),
    read: async (dir) => (await stateIn(dir)).replace('new of 1', 'new'),
  },
  {
    name: 'the next state of a key',
    before: async (dir) => void (await put(dir, 'old', 0, inlineFileOps)),
    change: (dir, ops) => put(dir, 'new', 1, ops),
    read: async (dir) => (await stateIn(dir)).replace('old of 1', 'old').replace('new of 2', 'new'),
  },
  {
    name: 'a message in the inbox',
    change: async (dir, ops) => sendToInbox(join(dir, 'demo/inbox'), message, ops),
    async read(dir) {
      const entries = await folderInbox(join(dir, 'demo/inbox')).read();
      if (entries.length === 0) return 'old';
      return entries.every((entry) => entry.message?.id === 'stop') && entries.length === 1 ? 'new' : 'torn';
    },
  },
  {
    name: 'what stands beside a journal',
    async before(dir) {
      await folderIn(dir).create();
      await folderIn(dir).writePolicies([]);
    },
    change: (dir, ops) => folderIn(dir, ops).writePolicies(rules),
    read: async (dir) => textOf(folderIn(dir).policies, { old: '[]', new: '[{"action":"deny","match":"true"}]' }),
  },
  {
    name: 'the lineage of a fork',
    before: (dir) => folderIn(dir).create(),
    change: (dir, ops) => recordFork(folderIn(dir, ops), fork),
    read: async (dir) =>
      textOf(join(folderIn(dir).path, 'forks/other.json'), { old: '', new: `${JSON.stringify(fork, null, 2)}\n` }),
  },
  {
    name: 'an archive in the place of another one',
    before: (dir) => archive(dir, 'old', inlineFileOps),
    change: (dir, ops) => archive(dir, 'new', ops),
    async read(dir) {
      const texts = { old: await archiveText('old'), new: await archiveText('new') };
      return textOf(join(dir, 'demo.orket'), texts);
    },
  },
  {
    name: 'the copy of an artifact',
    async before(dir) {
      for (const file of ['journal.jsonl', 'blobs.pack'])
        if (fs.existsSync(join(golden, file))) fs.copyFileSync(join(golden, file), join(dir, file));
    },
    change: (dir, ops) => copyArtifacts(dir, ops),
    async read(dir) {
      const whole = temporaryFolder();
      for (const file of ['journal.jsonl', 'blobs.pack'])
        if (fs.existsSync(join(golden, file))) fs.copyFileSync(join(golden, file), join(whole, file));
      await copyArtifacts(whole);
      const text = fs.readFileSync(join(whole, 'artifacts/long'), 'utf8');
      return textOf(join(dir, 'artifacts/long'), { old: '', new: text });
    },
  },
  {
    name: 'a file of the gateway, in a folder that is new',
    change: async (dir, ops) => writeDurably(join(dir, 'uid/attempt.json'), 'new', ops),
    read: async (dir) => textOf(join(dir, 'uid/attempt.json'), { old: '', new: 'new' }),
  },
];

/** What is found after the power went at each step, and whether the change was acknowledged by then. */
async function* cuts(
  { before, change, read }: Promised,
  careless: Partial<InlineFileOps> = {},
): AsyncGenerator<{ readonly found: string; readonly acknowledged: boolean; readonly dir: string }> {
  const into = temporaryFolder();
  for (let steps = 0, acknowledged = false; !acknowledged; steps += 1) {
    const dir = temporaryFolder();
    await before?.(dir);
    const disk = new PowerCutDisk(dir, steps);
    acknowledged = await change(dir, { ...disk.ops, ...careless }).then(
      () => true,
      () => false,
    );
    if (!acknowledged && disk.steps < steps) throw new Error('it failed for another reason');
    for (const state of disk.states(into)) yield { found: await read(state), acknowledged, dir: state };
  }
}

describe.each(promised)('$name, when the power is cut at any point', (one) => {
  it('is the old one or the new one, never a torn one, and the new one once that was said', async () => {
    let [before, after] = [0, 0];
    for await (const { found, acknowledged, dir } of cuts(one)) {
      expect(acknowledged ? ['new'] : ['old', 'new']).toContain(found);
      if (acknowledged) after += 1;
      else before += 1;
      // What was left half-way is in nobody's way.
      if (found === 'old') await one.change(dir, inlineFileOps);
      expect(await one.read(dir)).toBe('new');
    }
    expect(before).toBeGreaterThan(12);
    expect(after).toBeGreaterThan(0);
  });

  it('would be found torn without the sync of its bytes, and lost without that of its folder', async () => {
    const [torn, lost] = [new Set<string>(), new Set<string>()];
    for await (const cut of cuts(one, { sync: () => {} })) if (cut.acknowledged) torn.add(cut.found.slice(0, 4));
    for await (const cut of cuts(one, { syncFolder: () => {} })) if (cut.acknowledged) lost.add(cut.found);
    expect(torn).toContain('torn');
    expect(lost).toContain('old');
  });
});
