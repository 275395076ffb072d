import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of this checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const entry = join(root, 'cli/main.ts');
const peakHook = join(import.meta.dirname, 'peak-hook.ts');

export interface Finished {
  /** Null for a process that a signal ended. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for what may stand in either. */
  readonly output: string;
  /** The most resident memory that the command line ever held. */
  readonly peakBytes: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Finished>;
  /** Resolves once standard output and error hold `text`, and throws if the process ends before. */
  said(text: string): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The number of another account of this machine that runs the command: a user namespace in which all is that account's. */
  readonly account?: number;
}

/** A process that hangs is ended, so that a test fails and says what it saw. */
const hangMs = 120_000;

/** A folder of its own with an empty home, where the real command line runs as a process. */
export class Sandbox {
  readonly path: string;

  constructor() {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'orket-e2e-')));
    mkdirSync(this.home);
  }

  get home(): string {
    return join(this.path, 'home');
  }

  get state(): string {
    return join(this.path, '.orket');
  }

  /** Writes a file and gives its path. What is no text is written as JSON, which is YAML too. */
  write(name: string, content: unknown): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
    return path;
  }

  /** Writes resources as one file of several documents. */
  manifests(name: string, resources: readonly object[]): string {
    return this.write(name, resources.map((resource) => JSON.stringify(resource, null, 2)).join('\n---\n'));
  }

  sessions(): readonly string[] {
    try {
      return readdirSync(join(this.state, 'sessions')).toSorted();
    } catch {
      return [];
    }
  }

  sessionFile(name: string, file: string): string {
    return join(this.state, 'sessions', name, file);
  }

  read(name: string, file: string): string {
    return readFileSync(this.sessionFile(name, file), 'utf8');
  }

  orket(...args: readonly string[]): Promise<Finished> {
    return this.start(args).ended;
  }

  start(args: readonly string[], { env = {}, cwd = this.path, account }: RunOptions = {}): Running {
    const peakFile = join(this.path, `peak-${(started += 1)}`);
    const { PATH = '', NODE_COMPILE_CACHE } = process.env;
    const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
    const command = [process.execPath, `--import=${peakHook}`, entry, ...args];
    const other = ['unshare', '--user', `--map-user=${account}`, `--map-group=${account}`, '--', ...command];
    const [program = '', ...rest] = account === undefined ? command : other;
    const child = spawn(program, rest, {
      cwd,
      env: { PATH, HOME: this.home, ORKET_TEST_PEAK: peakFile, ...compiled, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return watch(child, () => peakOf(peakFile));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

let started = 0;

/** Collects what a process prints. */
export function watch(child: ChildProcess, peak: () => number): Running {
  let [stdout, stderr] = ['', ''];
  let [over, look] = [false, (): void => {}];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    look();
  });
  const hang = setTimeout(() => child.kill('SIGKILL'), hangMs);
  const ended = new Promise<Finished>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      clearTimeout(hang);
      over = true;
      look();
      done({ code, signal, stdout, stderr, output: stdout + stderr, peakBytes: peak() });
    });
  });
  const said = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      look = () => {
        if ((stdout + stderr).includes(text)) done();
        else if (over) fail(new Error(`ended without saying ${JSON.stringify(text)}:\n${stdout}${stderr}`));
      };
      look();
    });
  return { child, ended, said };
}

/** The process writes it as it exits; one that was killed writes nothing. */
function peakOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) * 1024;
  } catch {
    return Number.NaN;
  }
}
