import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asideOf } from '../../runtime/journal/aside.ts';
import { fileState } from '../../runtime/state/file-state.ts';
import type { StateStore } from '../../runtime/state/state.ts';

function stateFolder(): string {
  const base = fs.mkdtempSync(join(os.tmpdir(), 'orket-state-'));
  onTestFinished(() => fs.rmSync(base, { recursive: true }));
  return join(base, 'state');
}

function open(dir: string): StateStore {
  return fileState({ dir, wait: (ms) => sleep(ms) });
}

interface Counting {
  readonly child: ChildProcess;
  /** Numbers that the process was told are kept. */
  readonly acknowledged: number[];
  readonly ended: Promise<unknown>;
}

/** Starts a process that counts up; resolves once it is at it. */
async function counting(dir: string, name: string, times: number): Promise<Counting> {
  const file = new URL('./state-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, dir, name, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const acknowledged: number[] = [];
  const ready = Promise.withResolvers<void>();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'ready') ready.resolve();
      else acknowledged.push(Number(line));
    }
  });
  await Promise.race([ready.promise, ended]);
  return { child, acknowledged, ended };
}

describe('state that several processes put', () => {
  it('counts every put of each, and no number twice', async () => {
    const dir = stateFolder();
    const all = await Promise.all([counting(dir, 'one', 60), counting(dir, 'two', 60)]);
    for (const { ended } of all) await ended;
    const numbers = all.flatMap(({ acknowledged }) => acknowledged).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(await open(dir).get('counter')).toEqual({ value: 120, version: 120 });
  }, 30_000);

  it('holds all that was acknowledged after any process was killed, and never half of a put', async () => {
    const dir = stateFolder();
    const acknowledged: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const one = await counting(dir, `killed-${round}`, 100_000);
      const two = await counting(dir, `also-${round}`, 100_000);
      await sleep(15 + round * 23);
      for (const { child, ended } of [one, two]) {
        child.kill('SIGKILL');
        await ended;
      }
      acknowledged.push(...one.acknowledged, ...two.acknowledged);
      const { value, version } = await open(dir).get('counter');
      expect(value === null ? 0 : value).toBe(version);
      expect(version).toBeGreaterThanOrEqual(acknowledged.length);
      // At most one put of each process was done and not yet told.
      expect(version - acknowledged.length).toBeLessThanOrEqual(2 * (round + 1));
    }
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const { version } = await open(dir).get('counter');
    expect(await open(dir).put('counter', 'last', version, 'last')).toBe(version + 1);
  }, 60_000);

  it('is waited for while a process that holds it stands still, and refused when that takes too long', async () => {
    const dir = stateFolder();
    const { child, acknowledged } = await counting(dir, 'stopped', 100_000);
    await expect.poll(() => acknowledged.length).toBeGreaterThan(0);
    const refusals: string[] = [];
    // Stopped at any moment, it holds the lock in some of them.
    for (let round = 0; round < 60 && refusals.length === 0; round += 1) {
      await sleep(7 + (round % 5));
      child.kill('SIGSTOP');
      const impatient = fileState({ dir, wait: async () => {} });
      await impatient.get('counter').catch((error: unknown) => refusals.push(String(error)));
      child.kill('SIGCONT');
    }
    expect(refusals[0]).toContain('another process does not let go of the state');
    child.kill('SIGKILL');
    expect((await open(dir).get('counter')).version).toBeGreaterThan(0);
  }, 30_000);
});

describe('a file of state', () => {
  const broken: Readonly<Record<string, (path: string) => void>> = {
    'that is cut off': (path) => fs.truncateSync(path, 20),
    'that is empty': (path) => fs.truncateSync(path, 0),
    'with one letter changed': (path) =>
      fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace('secure', 'Secure')),
    'of another key': (path) => fs.copyFileSync(path.replace(/[^/]+$/, other(path)), path),
    'that is huge': (path) => fs.truncateSync(path, 5 * 1024 ** 3),
  };

  function other(path: string): string {
    const names = fs.readdirSync(path.replace(/\/[^/]+$/, '')).filter((name) => name.endsWith('.json'));
    return names.find((name) => !path.endsWith(name)) ?? '';
  }

  async function stateWithTwo(): Promise<{ readonly dir: string; readonly path: string }> {
    const dir = stateFolder();
    await open(dir).put('a', 'secure', 0, 'k');
    const [first = ''] = fs.readdirSync(dir).filter((name) => name.endsWith('.json'));
    await open(dir).put('b', 'secure', 0, 'k');
    return { dir, path: join(dir, first) };
  }

  it.each(Object.entries(broken))('%s is refused and left as it is', async (_, damage) => {
    const { dir, path } = await stateWithTwo();
    damage(path);
    const size = fs.statSync(path).size;
    await expect(open(dir).get('a')).rejects.toMatchObject({ reason: 'StateCorrupt' });
    await expect(open(dir).put('a', 2, 1, 'k2')).rejects.toMatchObject({ reason: 'StateCorrupt' });
    expect(fs.statSync(path).size).toBe(size);
    expect(await open(dir).get('b')).toEqual({ value: 'secure', version: 1 });
  });

  it('that is a link, a folder or a pipe leads nowhere and is not waited for', async () => {
    const { dir, path } = await stateWithTwo();
    const outside = join(dir, '..', 'outside');
    fs.writeFileSync(outside, 'untouched');
    fs.rmSync(path);
    fs.symlinkSync(outside, path);
    await expect(open(dir).get('a')).rejects.toMatchObject({ reason: 'ToolFailed' });
    fs.rmSync(path);
    fs.mkdirSync(path);
    await expect(open(dir).get('a')).rejects.toMatchObject({ reason: 'StateCorrupt' });
    expect(fs.readFileSync(outside, 'utf8')).toBe('untouched');
  });

  it('left aside by a process that was killed is removed by the next that puts', async () => {
    const { dir, path } = await stateWithTwo();
    const left = asideOf(path);
    fs.writeFileSync(left, '{"half');
    fs.utimesSync(left, 0, 0);
    expect(await open(dir).put('a', 2, 1, 'k2')).toBe(2);
    expect(fs.readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('says nothing of where it is', async () => {
    const dir = stateFolder();
    fs.writeFileSync(dir, 'no folder');
    const error = await open(dir)
      .get('a')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: 'ToolFailed' });
    expect(String(error)).not.toContain(dir);
  });
});
