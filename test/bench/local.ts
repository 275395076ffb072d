import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { sampleOf, type Row } from './sample.ts';

const command = 'dist/orket.cjs';
const session = 'dist/session.cjs';
const example = 'examples/01-hello';

/** A Session of the smallest example on this machine, from the bundles that users get. */
export async function localRows(runs: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orket-bench-'));
  try {
    const rows: Row[] = [];
    if (dropCaches())
      rows.push({
        what: '`orket run` of 01-hello, cold disk cache',
        sample: sampleOf([cold(folder), cold(folder), cold(folder)]),
        unit: 'ms',
        bar: null,
      });
    run(folder);
    rows.push({
      what: '`orket run` of 01-hello, warm',
      sample: sampleOf(times(runs, () => run(folder))),
      unit: 'ms',
      bar: null,
    });
    const starts: Start[] = [];
    for (let index = 0; index < runs; index += 1) starts.push(await startOnce(folder));
    const first = sampleOf(starts.map(({ firstEventMs }) => firstEventMs));
    const peak = sampleOf(starts.map(({ peakMiB }) => peakMiB));
    rows.push({
      what: 'session process to its first event',
      sample: first,
      unit: 'ms',
      bar: { text: '150 ms', held: first.median <= 150 },
    });
    rows.push({
      what: 'session process, peak memory',
      sample: peak,
      unit: 'MiB',
      bar: { text: '80 MiB', held: peak.median <= 80 },
    });
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function times<T>(count: number, work: () => T): readonly T[] {
  return Array.from({ length: count }, work);
}

function run(folder: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [command, 'run', example, '--state', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`orket run ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

function cold(folder: string): number {
  dropCaches();
  return run(folder);
}

/** Only root may; elsewhere there is no cold row. */
function dropCaches(): boolean {
  try {
    spawnSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

interface Start {
  readonly firstEventMs: number;
  readonly peakMiB: number;
}

/** Starts the session process by itself on what a run left, without its journal, and reads its own high-water mark. */
async function startOnce(folder: string): Promise<Start> {
  const name = readdirSync(join(folder, 'sessions'))[0] ?? '';
  const dir = join(folder, 'sessions', name);
  for (const file of ['journal.jsonl', 'blobs.pack', 'lock.db', 'lock.json']) rmSync(join(dir, file), { force: true });
  const began = performance.now();
  const child = spawn(process.execPath, [session, '--dir', dir, '--progress-fd', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let firstEventMs = Number.NaN;
  let peakMiB = Number.NaN;
  child.stdio[3]?.on('data', () => {
    if (Number.isNaN(firstEventMs)) firstEventMs = performance.now() - began;
    peakMiB = Math.max(Number.isNaN(peakMiB) ? 0 : peakMiB, highWaterMiB(child.pid));
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { firstEventMs, peakMiB };
}

function highWaterMiB(pid: number | undefined): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}
