import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import manifest from '../package.json' with { type: 'json' };
import type { Shell } from './commands/verb.ts';
import { askOn } from './people/ask-on.ts';
import { printable } from './output/printable.ts';
import { execute } from './program.ts';
import type { Terminal } from './terminal.ts';

const script = process.argv[1] ?? '';
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// A reader that goes away (`orket events ... | head`) ends the command without a complaint.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const terminal: Terminal = {
  // A file or pipe gets the exact answer; a terminal gets nothing that steers it.
  answer: (line) => process.stdout.write(`${process.stdout.isTTY ? printable(line) : line}\n`),
  say: (line) => process.stderr.write(`${printable(line)}\n`),
  draw: (text) => process.stderr.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : null,
  interactive: process.stderr.isTTY === true,
  canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask: askOn(process.stdin, process.stderr),
  cwd: process.cwd(),
  environment: process.env,
  clock: Date.now,
  signal: interrupt.signal,
};

const shell: Shell = {
  terminal,
  plugin: basename(script).startsWith('kubectl'),
  sessionCommand: [process.execPath, sessionEntry(realpathSync(script))],
  clock: {
    now: Date.now,
    random: Math.random,
    schedule: (afterMs, work) => {
      const timer = setTimeout(work, afterMs);
      return () => clearTimeout(timer);
    },
  },
  uuid: randomUUID,
};

// No await at the top: the published bundle is CommonJS.
void execute(process.argv.slice(2), shell, manifest.version).then((code) => (process.exitCode = code));

/** The bundled command line has the bundled runtime beside it; from source Node runs the runtime's own entry. */
function sessionEntry(entry: string): string {
  return entry.endsWith('.cjs')
    ? join(dirname(entry), 'session.cjs')
    : join(dirname(entry), '..', 'runtime', 'main.ts');
}
