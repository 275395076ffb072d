import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-program-'));
  chmodSync(folder, 0o755);
  program = join(folder, 'node');
  copyFileSync(process.execPath, program);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Says what a child of the same user can open of the process that runs this, and what that can open of itself. */
const script = `
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const folder = fs.openSync('/', 'r');
const look = 'for f in environ maps mem "fd/$1"; do if (exec <"/proc/$PPID/$f") 2>/dev/null; then echo "\${f%/*}"; fi; done';
const seen = execFileSync('/bin/sh', ['-c', look, 'sh', String(folder)], { env: {} }).toString().trim();
console.log(JSON.stringify({ seen, own: fs.readdirSync('/proc/self/fd/' + folder).length > 0 }));
`;

/** Under a user without rights, as root may read everything: they are gone only in what that user itself starts. */
async function run(mode: number): Promise<unknown> {
  chmodSync(program, mode);
  const command = [program, '-e', script];
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
  const [file = '', ...args] = process.getuid?.() === 0 ? ['setpriv', ...nobody, 'env', ...command] : command;
  const { stdout } = await promisify(execFile)(file, args, { env: { PATH: process.env['PATH'], SECRET: 'x' } });
  return JSON.parse(stdout);
}

describe('a program that its user may execute and not read', () => {
  it('runs in a process of which others of that user see no memory, no environment and no descriptors', async () => {
    expect(await run(0o555)).toEqual({ seen: 'environ\nmaps\nmem\nfd', own: true });
    expect(await run(0o111)).toEqual({ seen: '', own: true });
  });
});
