import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import process from 'node:process';
import { clusterRows } from './cluster.ts';
import { journalRows } from './journal.ts';
import { localRows } from './local.ts';
import { benchTable, type Row } from './sample.ts';

/** `npm run bench [-- local journal cluster]`: measures, prints one table, and says which bars were missed. */
const wanted = process.argv.slice(2);
const parts: readonly (readonly [name: string, rows: () => Promise<readonly Row[]>])[] = [
  ['local', () => localRows(10)],
  ['journal', () => journalRows(3000)],
  ['cluster', () => clusterRows(5)],
];

mkdirSync('.cache', { recursive: true });
if (!existsSync('dist/orket.cjs') || wanted.length === 0) {
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
const rows: Row[] = [];
for (const [name, measure] of parts) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`bench: ${name}\n`);
  rows.push(...(await measure()));
}
process.stdout.write(
  `Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB\n\n${benchTable(rows)}\n`,
);
const missed = rows.filter(({ bar }) => bar?.held === false);
for (const { what, bar } of missed) process.stdout.write(`\nMissed: ${what} (bar ${bar?.text ?? ''})`);
if (missed.length > 0) process.stdout.write('\n');
