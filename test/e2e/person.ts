import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, watch, type Finished, type Sandbox } from './sandbox.ts';

/** Somebody at a terminal of their own, in which one command runs. */
export interface Person {
  /** What the terminal showed, and the exit code. */
  readonly ended: Promise<Finished>;
  /** Resolves once the terminal shows `text` behind what was seen before, and throws if the command ends before. */
  sees(text: string): Promise<void>;
  /** Types a line. */
  types(line: string): void;
  /** Presses keys as they are, such as Ctrl-C. */
  presses(keys: string): void;
}

/** Runs the command line on a pseudo-terminal: `script` makes one and copies what is typed and shown. */
export function atTerminal(sandbox: Sandbox, ...args: readonly string[]): Person {
  return atTerminalWith({}, sandbox, ...args);
}

/** The same with an environment of their own. */
export function atTerminalWith(
  environment: Readonly<Record<string, string>>,
  sandbox: Sandbox,
  ...args: readonly string[]
): Person {
  const command = [process.execPath, join(root, 'cli/main.ts'), ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], {
    cwd: sandbox.path,
    env: { PATH: process.env['PATH'] ?? '', HOME: sandbox.home, SHELL: '/bin/sh', TERM: 'dumb', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [shown, seen] = ['', 0];
  let look = (): void => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    look();
  });
  const { ended } = watch(child, () => Number.NaN);
  return {
    ended,
    sees: (text) =>
      new Promise((found, fail) => {
        const missing = (why: string) => (): void =>
          fail(new Error(`${why} without ${JSON.stringify(text)}:\n${shown}`));
        const late = setTimeout(missing('30 s'), 30_000);
        look = () => {
          const at = shown.indexOf(text, seen);
          if (at < 0) return;
          seen = at + text.length;
          look = () => {};
          clearTimeout(late);
          found();
        };
        look();
        void ended.then(missing('ended'));
      }),
    types: (line) => child.stdin.write(`${line}\n`),
    presses: (keys) => child.stdin.write(keys),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
