import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const source = import.meta.dirname;
/** Ignored by git, and apart from the packages of Orket itself. */
const target = resolve(source, '../../../.cache/bench-peers');
/** Holds the lock file of what is installed there. */
const stamp = join(target, 'installed.json');

/**
 * Installs the peers that package.json and its lock pin beside this file, once, and puts their programs beside them. Gives
 * the folder. Throws an Error that says how npm ended.
 */
export async function installPeers(say: (text: string) => void): Promise<string> {
  mkdirSync(target, { recursive: true });
  const files = readdirSync(source).filter((name) => name.endsWith('.mjs') || name.startsWith('package'));
  for (const name of files) cpSync(join(source, name), join(target, name));
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return target;
  say('installing the peers into .cache/bench-peers (530 MiB, once; a minute)');
  // Their install scripts fetch programs from elsewhere or build what is not used.
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
  return target;
}

/** The pinned version of a package. */
export function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const found = new RegExp(`"${name}":"([^"]+)"`).exec(JSON.stringify(manifest))?.[1];
  if (found === undefined) throw new Error(`test/bench/peers/package.json has no ${name}`);
  return found;
}

function npm(args: readonly string[]): Promise<void> {
  const [command, first] =
    process.env['npm_execpath'] === undefined ? ['npm', []] : [process.execPath, [process.env['npm_execpath']]];
  return new Promise((done, fail) => {
    const child = spawn(command, [...first, ...args], { cwd: target, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    child.on('error', (error) => fail(new Error(`npm cannot be started: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`npm ${args[0]} ended with ${code}: ${said.trim().slice(0, 300)}`));
    });
  });
}
