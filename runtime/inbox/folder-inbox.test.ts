import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderInbox } from './folder-inbox.ts';
import type { Control, Entry, Inbox } from './inbox.ts';
import type { People } from './people.ts';
import { sendToInbox } from './send.ts';

let above: string;
let folder: string;
let inbox: Inbox;
/** The account of this process is alice, whatever this machine calls it. */
const people: People = (uid) =>
  uid === process.getuid?.()
    ? { name: 'alice', groups: ['dev'], verifiedBy: 'os-uid' }
    : { name: `uid:${uid}`, groups: [], verifiedBy: 'os-uid' };

beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'orket-inbox-'));
  folder = join(above, 'inbox');
  inbox = folderInbox(folder, people);
});
afterEach(() => rmSync(above, { recursive: true }));

function pause(id: string, from: Partial<Control['from']> = {}): Control {
  const alice = { name: 'alice', groups: [], verifiedBy: 'os-uid', ...from } as const;
  return { kind: 'control', id, from: alice, control: 'pause', note: '' };
}

function put(name: string, content: unknown): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return path;
}

async function only(): Promise<Entry> {
  const [entry, second] = await inbox.read();
  if (entry === undefined || second !== undefined) throw new Error('not exactly one entry');
  return entry;
}

describe('an inbox in a folder', () => {
  it('is empty where there is no folder', async () => expect(await inbox.read()).toEqual([]));

  it('holds what was sent, sorted by ID, each once, until it is taken out', async () => {
    for (const id of ['b', 'a', 'b']) sendToInbox(folder, pause(id));
    expect((await inbox.read()).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(readdirSync(folder)).toEqual(['a.json', 'b.json']);
    await inbox.remove('a');
    await inbox.remove('a');
    expect((await inbox.read()).map(({ id }) => id)).toEqual(['b']);
  });

  it('takes the name and groups of a sender from the account that owns the file', async () => {
    sendToInbox(folder, pause('a', { groups: ['wheel'] }));
    expect((await only()).message?.from).toEqual({ name: 'alice', groups: ['dev'], verifiedBy: 'os-uid' });
  });

  it('does not show what is still being written', async () => {
    put('.a.new', pause('a'));
    put('a.json.new', pause('a'));
    expect(await inbox.read()).toEqual([]);
  });

  it('gives a bounded number at a time', async () => {
    for (let index = 0; index < 300; index += 1) put(`m${index}.json`, pause(`m${index}`));
    const first = await inbox.read();
    expect(first).toHaveLength(256);
    for (const { id } of first) await inbox.remove(id);
    expect(await inbox.read()).toHaveLength(44);
  });

  it('refuses to send what no reader would take', () => {
    expect(() => sendToInbox(folder, pause('../a'))).toThrow('cannot be sent');
    expect(() => sendToInbox(folder, { ...pause('a'), note: 'x'.repeat(5000) })).toThrow('note: expected');
  });
});

describe('a forged file', () => {
  it.each(['token', 'forge', 'signature', 'apiserver'] as const)(
    'that says its sender was verified by %s proves its owner and no more',
    async (verifiedBy) => {
      put('a.json', pause('a', { name: 'boss', groups: ['admins'], verifiedBy }));
      expect((await only()).message?.from).toEqual({ name: 'alice', groups: ['dev'], verifiedBy: 'os-uid' });
    },
  );

  it('that says it comes from another account is refused', async () => {
    put('a.json', pause('a', { name: 'boss' }));
    expect(await only()).toMatchObject({
      message: null,
      from: { name: 'alice', verifiedBy: 'os-uid' },
      refused: 'it says that it comes from "boss", and its file belongs to "alice"',
    });
  });

  it('that others may write proves nothing', async () => {
    chmodSync(put('a.json', pause('a', { groups: ['dev'] })), 0o620);
    expect((await only()).message?.from).toEqual({ name: 'alice', groups: [], verifiedBy: 'none' });
  });

  it('that is a link is refused', async () => {
    mkdirSync(folder);
    writeFileSync(join(above, 'elsewhere'), JSON.stringify(pause('a')));
    symlinkSync(join(above, 'elsewhere'), join(folder, 'a.json'));
    expect(await only()).toMatchObject({ message: null, from: { verifiedBy: 'none' } });
  });

  it('that has a second name is refused', async () => {
    linkSync(put('a.json', pause('a')), join(above, 'second'));
    expect(await only()).toMatchObject({ message: null, refused: 'the file has a second name' });
  });

  it('that is a pipe or a folder holds nobody up and can be taken away', async () => {
    mkdirSync(join(folder, 'b.json/inner'), { recursive: true });
    spawnSync('mkfifo', [join(folder, 'a.json')]);
    const entries = await inbox.read();
    expect(entries.map(({ id, message }) => [id, message])).toEqual([
      ['a', null],
      ['b', null],
    ]);
    for (const { id } of entries) await inbox.remove(id);
    expect(await inbox.read()).toEqual([]);
  });

  it.each([
    ['is no JSON', 'a.json', '{', 'not strict JSON'],
    ['says one thing twice', 'a.json', '{"id":"a","id":"b"}', 'not strict JSON'],
    ['nests without end', 'a.json', '['.repeat(1000), 'not strict JSON'],
    ['is too large', 'a.json', ' '.repeat(1024 * 1024 + 1), 'more than 1048576 bytes'],
    ['has another ID inside', 'a.json', pause('b'), 'id: expected "a"'],
    ['has a name that can be no ID', 'a b.json', pause('a b'), 'can be no ID'],
  ])('that %s is refused and can be taken away', async (_what, name, content, why) => {
    put(name, content);
    const entry = await only();
    expect(entry).toMatchObject({ message: null, refused: expect.stringContaining(why) });
    await inbox.remove(entry.id);
    expect(await inbox.read()).toEqual([]);
  });
});

describe('watching an inbox', () => {
  it('tells of what arrives, also after the folder was removed, renamed or not there', async () => {
    let tell = (): void => {};
    const watcher = inbox.watch(() => tell());
    const next = (): Promise<void> => new Promise((resolve) => (tell = resolve));
    /** Several arrivals may be one call, and one arrival several: what counts is that the last look sees it. */
    const sees = async (id: string): Promise<void> => {
      for (let told = next(); !(await inbox.read()).some((entry) => entry.id === id); told = next()) await told;
    };
    const act = async (change: () => void, id: string): Promise<void> => {
      const told = next();
      change();
      await told;
      sendToInbox(folder, pause(id));
      await sees(id);
    };
    try {
      await act(() => sendToInbox(folder, pause('a')), 'b');
      await act(() => rmSync(folder, { recursive: true }), 'c');
      await act(() => renameSync(folder, join(above, 'other')), 'd');
    } finally {
      watcher.close();
    }
  });
});
