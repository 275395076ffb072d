import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { approval } from './approval.ts';
import type { Bench, Scale } from './bench.ts';
import { cluster } from './cluster.ts';
import { durableStep } from './durable-step.ts';
import { journalSize } from './journal-size.ts';
import { opening } from './opening.ts';
import { replayBench } from './replay.ts';
import { resume } from './resume.ts';
import { sideBySide } from './side-by-side.ts';
import { startUp } from './start-up.ts';
import { missedBars, printTable, type Row, type Table } from './table.ts';
import { toolHosts } from './tool-hosts.ts';

/**
 * `npm run bench [-- NAME...] [--tiny]`: measures, prints a table for each, and says which bars were missed. With `--tiny`
 * it only sees whether the measuring works. Ends with 1 where something could not be measured, never for a missed bar.
 */
const benches: readonly Bench[] = [
  durableStep,
  opening,
  resume,
  replayBench,
  journalSize,
  sideBySide,
  startUp,
  approval,
  toolHosts,
  cluster,
];

const args = process.argv.slice(2);
const isTiny = args.includes('--tiny');
const names = args.filter((arg) => arg !== '--tiny');
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benches.map(({ name, title }) => `  ${name.padEnd(10)}${title}`);
  process.stderr.write(`bench: there is no ${unknown.join(', ')}. There are:\n${known.join('\n')}\n`);
  process.exit(2);
}
const wanted = benches.filter(({ name }) => names.length === 0 || names.includes(name));
if (wanted.some(({ needsBundles }) => needsBundles)) build();

const tables: Table[] = [];
for (const bench of wanted) tables.push(await tableOf(bench));

const { model = 'an unknown processor' } = cpus()[0] ?? {};
const machine = `Node ${process.version}, ${cpus().length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
const missed = missedBars(tables).map((line) => `- ${line}`);
process.stdout.write(
  [
    `${new Date().toISOString().slice(0, 16)}Z, ${machine}`,
    ...tables.map(printTable),
    '## Bars that were missed',
    missed.length === 0 ? 'None.' : missed.join('\n'),
  ].join('\n\n') + '\n',
);

async function tableOf({ name, title, notes, measure }: Bench): Promise<Table> {
  const scale: Scale = {
    pick: (full, tiny) => (isTiny ? tiny : full),
    say: (text) => process.stderr.write(`bench: ${name}: ${text}\n`),
  };
  return { name, title, notes, rows: await measure(scale).catch((error: unknown) => failed(title, error)) };
}

function failed(what: string, error: unknown): readonly Row[] {
  process.exitCode = 1;
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  return [{ what, why: error instanceof Error ? error.message : String(error) }];
}

/** Always anew: what lies in dist/ may be of another day. */
function build(): void {
  process.stderr.write('bench: building the bundles\n');
  const program = resolve(import.meta.dirname, '../../scripts/build.ts');
  const { status } = spawnSync(process.execPath, [program], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
