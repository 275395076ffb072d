import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { besideStarter } from './program.ts';

const checkout = join(import.meta.dirname, '../..');
/** What a Session begins with; the rest comes of running it. */
const laidDown = ['bundle.json', 'launch.json', 'policies.json', 'workspace', 'inbox'];

/**
 * Writes the code caches of the command line and of the session process in `outDir`. Each runs the smallest example once:
 * a code cache holds the functions that were called until then, so a start finds those it needs, and no others.
 */
export function makeCodeCaches(outDir: string): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orket-warm-up-')));
  try {
    const state = join(folder, 'state');
    cpSync(join(checkout, 'examples/01-hello/hello.yaml'), join(folder, 'hello.yaml'));
    runAndKeep(join(outDir, 'orket.cjs'), ['run', folder, '--state', state], folder);
    const session = join(state, 'sessions', readdirSync(join(state, 'sessions'))[0] ?? '');
    for (const name of readdirSync(session)) {
      if (!laidDown.includes(name)) rmSync(join(session, name), { recursive: true });
    }
    runAndKeep(join(outDir, 'session.cjs'), ['--dir', session, '--anchor-dir', join(folder, 'anchors')], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without the environment: other flags of Node would make code that nobody takes. */
function runAndKeep(starter: string, args: readonly string[], folder: string): void {
  // One of an earlier build would only be passed over.
  rmSync(besideStarter(starter).codeCache, { force: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'make-code-cache.ts'), starter, ...args],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: folder } },
  );
  if (status !== 0) throw new Error(`${starter} ended with ${status} when it was tried:\n${stderr}`);
}
