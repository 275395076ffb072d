import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { startCluster } from '../test/cluster/cluster.ts';

/**
 * All tests: the checks of `verify`, then each vitest project in the place that it needs. The last line is the count of
 * what vitest really ran, taken from its own reports.
 */
interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const reports = '.cache/reports';
const total: Count = { passed: 0, failed: 0, skipped: 0 };

function say(text: string): void {
  process.stderr.write(`test: ${text}\n`);
}

/** Adds what a run reported. A run that wrote no report, or failed outside any test, counts as one failure. */
function tally(project: string, exitCode: number | null): void {
  const before = total.failed;
  try {
    const report: unknown = JSON.parse(readFileSync(`${reports}/${project}.json`, 'utf8'));
    total.passed += numberOf(report, 'numPassedTests');
    total.failed += numberOf(report, 'numFailedTests');
    total.skipped += numberOf(report, 'numPendingTests') + numberOf(report, 'numTodoTests');
  } catch (cause) {
    say(`${project}: no report (${String(cause)})`);
  }
  if (exitCode !== 0 && total.failed === before) total.failed += 1;
}

function numberOf(report: unknown, key: string): number {
  const value = typeof report === 'object' && report !== null ? Reflect.get(report, key) : undefined;
  if (typeof value !== 'number') throw new Error(`the report has no number ${key}`);
  return value;
}

function vitest(project: string): readonly string[] {
  const report = `${reports}/${project}.json`;
  return [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
}

function here(name: string, args: readonly string[]): void {
  say(name);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  tally(name, status);
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const verify = spawnSync(process.execPath, ['scripts/verify.ts'], { stdio: 'inherit' });
if (verify.status === 0) total.passed += 1;
else total.failed += 1;

const build = spawnSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
if (build.status !== 0) {
  total.failed += 1;
  say('the bundles did not build: see above');
}

here('unit', vitest('unit'));
here('host', vitest('host'));
here('api', vitest('api'));

say('node: starting a cluster with a kubelet');
try {
  const cluster = await startCluster({ size: 'node' });
  try {
    const { exitCode } = await cluster.exec(process.execPath, vitest('node'), { stdio: 'inherit' });
    tally('node', exitCode);
  } finally {
    await cluster.stop();
  }
} catch (cause) {
  total.failed += 1;
  say(`node: ${cause instanceof Error ? cause.message : String(cause)}`);
}

process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
