import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileStore } from '../../runtime/journal/file-store.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import { readJournal } from '../../runtime/journal/read.ts';
import { verifyJournal } from '../../runtime/journal/verify.ts';
import { sampleInstant, temporaryFolder } from '../conformance/store-samples.ts';

const kills = 8;

interface Writer {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly lines: string[];
  /** Resolves when it has printed so many lines, or has ended. */
  printed(count: number): Promise<void>;
  kill(): Promise<void>;
}

function startWriter(dir: string): Writer {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve('./journal-writer.ts')), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = once(reader, 'close');
  return {
    process: child,
    lines,
    async printed(count) {
      const enough = new Promise<void>((resolve) => reader.on('line', () => lines.length >= count && resolve()));
      if (lines.length < count) await Promise.race([enough, ended]);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function acknowledged({ lines }: Writer): number {
  return Number(lines.filter((line) => /^\d+$/.test(line)).at(-1) ?? 0);
}

describe('the lock of a journal', () => {
  it('is refused while another process lives, and is had once that was killed', async () => {
    const dir = join(temporaryFolder(), 'session');
    const first = startWriter(dir);
    await first.printed(3);
    const second = startWriter(dir);
    const [code] = await once(second.process, 'exit');
    expect(code).toBe(3);
    expect(second.lines.join()).toContain(`process ${first.process.pid}`);
    await expect(fileStore({ dir }).open()).rejects.toMatchObject({ reason: 'JournalLocked' });
    await first.kill();
    const store = fileStore({ dir });
    expect(await store.open()).toMatchObject({ epoch: 2, previousIsDead: true });
    await store.close();
  });

  it('is not lost when the same process tries it again', async () => {
    const dir = join(temporaryFolder(), 'session');
    const store = fileStore({ dir });
    await store.open();
    await expect(fileStore({ dir }).open()).rejects.toMatchObject({ reason: 'JournalLocked' });
    const outside = startWriter(dir);
    const [code] = await once(outside.process, 'exit');
    expect(code).toBe(3);
    await store.close();
  });
});

describe('a writing process that is killed at any moment', () => {
  it('leaves a journal that can be read, followed, verified and gone on with', async () => {
    const dir = join(temporaryFolder(), 'session');
    let records = 0;
    for (let attempt = 1; attempt <= kills; attempt += 1) {
      const writer = startWriter(dir);
      await writer.printed(1);
      await delay(Math.random() * 60);
      const before: number[] = [];
      // While it lives: a reader sees a chain without a break.
      for await (const { record } of readJournal(dir)) before.push(record.seq);
      await delay(Math.random() * 60);
      await writer.kill();
      const after: number[] = [];
      for await (const { record } of readJournal(dir)) after.push(record.seq);
      expect(after.length).toBeGreaterThanOrEqual(Math.max(before.length, acknowledged(writer), records));
      expect(await verifyJournal({ from: dir })).toMatchObject({ broken: null, records: after.length });
      records = after.length;
    }
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant });
    expect(journal).toMatchObject({ seq: records });
    expect(journal.records.filter(({ type }) => type === 'attempt.started').length).toBeGreaterThan(kills / 2);
    await journal.close();
  });
});
