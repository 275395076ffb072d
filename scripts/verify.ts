import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** What keeps the tree honest, in order: what may write comes first, then what only looks. */
const checks: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['generated files are current', 'node', ['scripts/generate.ts', '--check']],
  ['format', 'oxfmt', ['--check', '.']],
  ['lint, cycles, size, direction', 'oxlint', ['--quiet']],
  ['types', 'tsc', ['-p', '.']],
  ['dead code', 'knip', ['--no-progress']],
  ['code that only tests use', 'knip', ['--no-progress', '--production', '--config', 'knip.production.json']],
];

function run(command: string, args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

const before = run('git', ['status', '--porcelain']).output;
let failed = 0;
for (const [name, command, args] of checks) {
  const { ok, output } = run(command, args);
  process.stderr.write(`verify: ${ok ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (!ok) {
    failed += 1;
    process.stderr.write(`${output.slice(0, 20_000)}\n`);
  }
}
if (run('git', ['status', '--porcelain']).output !== before) {
  failed += 1;
  process.stderr.write('verify: FAIL the checks changed the tree: commit what they wrote\n');
}
process.exitCode = failed === 0 ? 0 : 1;
