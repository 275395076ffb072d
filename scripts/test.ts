import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { startCluster } from '../test/cluster/cluster.ts';
import { fetchModel } from './fetch-model.ts';

/**
 * All tests: the checks of `verify`, then each vitest project in the place that it needs, and those of the Python package.
 * The last line is the count of what really ran, taken from their own reports.
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

/** Runs one part and counts what it throws as one failure, so that the others still run. */
async function part(name: string, work: () => Promise<void> | void): Promise<void> {
  say(name);
  try {
    await work();
  } catch (cause) {
    total.failed += 1;
    say(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function check(script: string): void {
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${script} failed: see above`);
  total.passed += 1;
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

await part('verify', () => check('scripts/verify.ts'));
await part('build', () => check('scripts/build.ts'));
// What is built or fetched once is made ready here, with progress, and not within the time that a test has.
await part('a Kubernetes to test on', async () => (await startCluster({ size: 'node' })).stop());
await part('a model to test on', async () => void (await fetchModel(process.cwd(), say)));

for (const project of ['unit', 'host', 'api']) {
  await part(project, () => {
    const { status } = spawnSync(process.execPath, vitest(project), { stdio: 'inherit' });
    tally(project, status);
  });
}
await part('python', () => {
  const args = ['-B', '-m', 'tests', resolve(reports, 'python.json')];
  const { status } = spawnSync('python3', args, { cwd: 'sdk/python', stdio: 'inherit' });
  tally('python', status);
});
await part('node', async () => {
  const cluster = await startCluster({ size: 'node' });
  try {
    const { exitCode } = await cluster.exec(process.execPath, vitest('node'), { stdio: 'inherit' });
    tally('node', exitCode);
  } finally {
    await cluster.stop();
  }
});

process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
