import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Session } from '#crds';
import type { SessionEvent } from '#runtime';
import { attemptName } from '../reconcile/names.ts';
import type { AttemptStart, AttemptState, Exit, Runner } from '../reconcile/plan.ts';
import { SessionFolder } from '../sources/session-folder.ts';
import type { Executor } from './executor.ts';

export interface ProcessOptions {
  readonly stateDir: string;
  /** The command that runs one session process, before its own arguments. */
  readonly command: readonly [string, ...string[]];
  /** Exact values by name, handed over on a pipe: never in arguments or the environment. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What the process may see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long a Session that only waits for people keeps its process; null for the default. */
  readonly parkAfterMs: number | null;
  /** Called whenever an attempt starts or ends. */
  readonly onChange: () => void;
  /** Where anchors are kept, outside every checkout. */
  readonly anchors: string;
  /** Called when a record was written, with its seq. */
  readonly onRecord: (seq: number) => void;
  /** What the process tells that is in no record. */
  readonly onTold: (told: Told) => void;
  /** What the process writes to standard error. */
  readonly onLog: (text: string) => void;
}

/** Text of a model as it arrives, what a tool logs, and how far it is. */
export type Told = Exclude<SessionEvent, { readonly type: 'record' }>;

interface Attempt {
  readonly attempt: number;
  /** Null for one of a process that started it and is gone. */
  readonly child: ChildProcess | null;
  readonly runner: Runner;
  exit: Exit | null;
}

const progressFd = 3;
const secretsFd = 4;

/** Runs each attempt as a child process of this one: what a Session gets where there is no cluster. */
export class ProcessExecutor implements Executor {
  readonly name = 'process';
  readonly #options: ProcessOptions;
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  async start({ session, attempt, launch }: AttemptStart): Promise<void> {
    const known = this.#attempts.get(session.metadata.name);
    if (known !== undefined && known.attempt >= attempt) return;
    const folder = new SessionFolder(this.#options.stateDir, session.metadata.name);
    await folder.writeLaunch(launch);
    const [program, ...first] = this.#options.command;
    const child = spawn(program, [...first, ...this.#arguments(session, folder)], {
      env: { ...this.#options.environment },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      cwd: folder.workspace,
    });
    const name = attemptName(session.metadata.name, attempt);
    const runner: Runner = { kind: 'process', name, uid: String(child.pid ?? ''), image: null };
    const started: Attempt = { attempt, child, runner, exit: null };
    this.#attempts.set(session.metadata.name, started);
    this.#connect(started, child);
  }

  /** Takes over from a command that is gone: its last attempt ended, and nobody knows how. Needs the lock to be free. */
  takeOver(session: Session, attempt: number): void {
    const name = attemptName(session.metadata.name, attempt);
    const exit: Exit = { code: null, reason: 'is gone', message: '' };
    const runner: Runner = { kind: 'process', name, uid: '', image: null };
    this.#attempts.set(session.metadata.name, { attempt, child: null, runner, exit });
  }

  async observe(session: Session): Promise<AttemptState> {
    const known = this.#attempts.get(session.metadata.name);
    if (known === undefined) return { state: 'none' };
    const { attempt, runner, exit } = known;
    return exit === null ? { state: 'running', attempt, runner } : { state: 'ended', attempt, runner, exit };
  }

  async stop(session: Session, attempt: number): Promise<void> {
    const known = this.#attempts.get(session.metadata.name);
    if (known?.attempt === attempt && known.exit === null) known.child?.kill('SIGTERM');
  }

  /** Ends the Session of a running attempt in order, as a person's interrupt does. */
  cancel(name: string): void {
    const known = this.#attempts.get(name);
    if (known?.exit === null) known.child?.kill('SIGINT');
  }

  #arguments({ metadata, spec }: Session, folder: SessionFolder): readonly string[] {
    const anchors = join(this.#options.anchors, metadata.uid ?? metadata.name);
    const state = folder.stateOf({ namespace: metadata.namespace ?? 'default', name: spec.flowRef.name });
    const pipes = ['--progress-fd', String(progressFd), '--secrets-fd', String(secretsFd)];
    const { parkAfterMs } = this.#options;
    const park = parkAfterMs === null ? [] : ['--park-after-ms', String(parkAfterMs)];
    return ['--dir', folder.path, '--anchor-dir', anchors, '--state-dir', state, ...pipes, ...park];
  }

  /** Progress is only for whoever watches: what happened is in the journal. */
  #progress(line: string): void {
    const event = toldBy(line);
    if (event === null) return;
    if (event.type === 'record') this.#options.onRecord(event.seq);
    else this.#options.onTold(event);
  }

  #connect(attempt: Attempt, child: ChildProcess): void {
    const { onChange, onLog } = this.#options;
    let tail = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-1024);
      onLog(text);
    });
    readLines(child, progressFd, (line) => this.#progress(line));
    handOver(child, Object.fromEntries(this.#options.secrets));
    const end = (exit: Exit): void => {
      if (attempt.exit !== null) return;
      attempt.exit = exit;
      onChange();
    };
    child.once('error', (cause) => end({ code: null, reason: 'StartFailed', message: cause.message }));
    child.once('close', (code, signal) =>
      end({ code, reason: signal ?? (code === 0 ? 'Completed' : 'Error'), message: tail.trim() }),
    );
    onChange();
  }
}

/** What a line of progress says; null for what is none of ours. */
function toldBy(line: string): Told | { readonly type: 'record'; readonly seq: number } | null {
  const { type, path, text, fraction, seq } = objectIn(line);
  if (type === 'record') return { type, seq: typeof seq === 'number' ? seq : 0 };
  if (typeof path !== 'string' || typeof text !== 'string') return null;
  if (type === 'delta' || type === 'log') return { type, path, text };
  if (type !== 'progress' || (fraction !== null && typeof fraction !== 'number')) return null;
  return { type, path, fraction, text };
}

function objectIn(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A line of progress is bounded: what is longer is no progress of ours. */
const longestLine = 1024 * 1024;

function readLines(child: ChildProcess, fd: number, onLine: (line: string) => void): void {
  const stream = child.stdio[fd];
  if (stream === null || stream === undefined || !('setEncoding' in stream)) return;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) onLine(line);
  });
  stream.on('error', () => undefined);
}

function handOver(child: ChildProcess, secrets: Readonly<Record<string, string>>): void {
  const stream = child.stdio[secretsFd];
  if (stream === null || stream === undefined || !isWritable(stream)) return;
  stream.on('error', () => undefined);
  stream.end(JSON.stringify(secrets));
}

function isWritable(stream: object): stream is Writable {
  return 'end' in stream && typeof stream.end === 'function';
}
