import { execFileSync, spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, Sandbox, watch, type Finished } from './sandbox.ts';

let sandbox: Sandbox;
let start: Finished;
let listed: readonly string[];

/** Runs a line as a person types it in the root of the checkout. */
function type(line: string): Promise<Finished> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: sandbox.home };
  return watch(spawn('sh', ['-c', line], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }), () => 0).ended;
}

beforeAll(async () => {
  sandbox = new Sandbox();
  const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  listed = files.split('\0').filter((file) => file !== '' && isFile(join(root, file)));
  start = await type(`npm start --silent -- --state ${sandbox.state}`);
});
afterAll(() => sandbox.remove());

/** A link is listed and is no file; what was deleted and not committed is still in the index. */
function isFile(path: string): boolean {
  return existsSync(path) && lstatSync(path).isFile();
}

function ending(suffix: string): number {
  return listed.filter((file) => file.endsWith(suffix)).length;
}

describe('npm start', () => {
  it('ends well and says where the journal and the report are', () => {
    expect(start.code, start.output).toBe(0);
    const [, journal] = /^The journal: (.+)$/m.exec(start.stdout) ?? [];
    const [, report] = /^The report: {2}(.+)$/m.exec(start.stdout) ?? [];
    expect(existsSync(join(root, journal ?? 'none')) || existsSync(journal ?? 'none')).toBe(true);
    expect(report).toMatch(/report\.md$/);
  });

  it('reports what git says of this checkout', () => {
    const [name = ''] = sandbox.sessions();
    const report = readFileSync(sandbox.sessionFile(name, 'artifacts/report.md'), 'utf8').replaceAll('\n', ' ');
    expect(report).toContain(`holds ${listed.length} files: ${ending('.ts')} of TypeScript`);
    expect(report).toContain(`(${ending('.test.ts')} of them tests), ${ending('.yaml')} of YAML`);
    expect(report).toContain(`and ${ending('.md')} of Markdown`);
    expect(start.stdout.startsWith(`# Review\n`)).toBe(true);
    expect(start.stdout).toContain(
      `${readFileSync(sandbox.sessionFile(name, 'artifacts/report.md'), 'utf8').trimEnd()}\n`,
    );
  });

  it('ends with how the run went, on standard error', () => {
    expect(start.stderr).toMatch(/^Session review-\S+ Succeeded in \S+: 3 steps, 5 model calls, /m);
  });

  it('names three next commands, and each works as it stands', async () => {
    const [, next = ''] = start.stdout.split('\nNext:\n');
    const commands = next
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .map((line) => line.trim());
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const run = await type(command);
      expect(run.code, run.output).toBe(0);
      expect(run.stdout).not.toBe('');
    }
  });
});
