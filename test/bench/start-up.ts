import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bench, Scale } from './bench.ts';
import { sampleOf } from './sample.ts';
import { startSession } from './session-process.ts';
import { atMost, type Row } from './table.ts';
import { inFolder } from './temporary.ts';

const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'dist/orket.cjs');
const example = join(root, 'examples/01-hello');

/** The smallest example on this machine, from the bundles that users get. */
export const startUp: Bench = {
  name: 'start',
  title: 'Start-up',
  needsBundles: true,
  notes: [
    'From the bundles that `npm run build` makes. The session process is what runs in a pod: from its start to the first record it tells, and the most memory that it held until the Session has ended (VmHWM).',
    'The cold row is there only for those who may drop the disk cache, which is root.',
  ],
  measure: (scale) => inFolder((folder) => measure(folder, scale)),
};

async function measure(folder: string, { pick, say }: Scale): Promise<readonly Row[]> {
  say('orket run of 01-hello');
  const rows: Row[] = [];
  const cold = Array.from({ length: pick(3, 0) }, () => (dropCaches() ? run(folder) : Number.NaN));
  if (cold.length > 0 && !cold.some(Number.isNaN)) {
    rows.push({ what: '`orket run` of 01-hello, cold disk cache', sample: sampleOf(cold), unit: 'ms', bar: null });
  }
  run(folder);
  const warm = Array.from({ length: pick(10, 1) }, () => run(folder));
  rows.push({ what: '`orket run` of 01-hello, warm', sample: sampleOf(warm), unit: 'ms', bar: null });
  say('session process');
  const starts: Start[] = [];
  for (let index = 0; index < pick(10, 1); index += 1) starts.push(await startOnce(folder));
  const first = sampleOf(starts.map(({ firstEventMs }) => firstEventMs));
  const peak = sampleOf(starts.map(({ peakMiB }) => peakMiB));
  rows.push(
    { what: 'session process to its first event', sample: first, unit: 'ms', bar: atMost(150, first.median, 'ms') },
    { what: 'session process, peak memory', sample: peak, unit: 'MiB', bar: atMost(80, peak.median, 'MiB') },
  );
  return rows;
}

function run(folder: string): number {
  const began = performance.now();
  const args = [command, 'run', example, '--state', folder];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`orket run ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

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

/** Starts the session process by itself on what a run left, without its journal. */
async function startOnce(folder: string): Promise<Start> {
  const name = readdirSync(join(folder, 'sessions'))[0] ?? '';
  const dir = join(folder, 'sessions', name);
  for (const file of ['journal.jsonl', 'blobs.pack', 'lock.db', 'lock.json']) rmSync(join(dir, file), { force: true });
  let firstEventMs = Number.NaN;
  const began = performance.now();
  const session = startSession(dir, () => {
    if (Number.isNaN(firstEventMs)) firstEventMs = performance.now() - began;
  });
  await session.ended;
  return { firstEventMs, peakMiB: session.peakMiB() };
}
