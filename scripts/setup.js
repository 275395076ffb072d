// Plain JavaScript for whatever Node the machine has: installs the pinned dependencies, Node 24 among them, where they
// are missing or older than the lock file. Runs before `start`, `test` and the other scripts.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const installed = 'node_modules/.package-lock.json';
const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs;

if (!fresh) {
  process.stderr.write('setup: installing the dependencies of package-lock.json\n');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const run = npm === undefined ? ['npm', args] : [process.execPath, [npm, ...args]];
  const { status } = spawnSync(run[0], run[1], { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.stderr.write(
      'setup: npm could not install the dependencies. Is the npm registry reachable? Then run it again.\n',
    );
    process.exit(1);
  }
}
