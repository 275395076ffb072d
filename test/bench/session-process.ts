import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalJson, parseJson, type Bundle } from '#crds';

const program = resolve(import.meta.dirname, '../../dist/session.cjs');

/** A record of a Session, as its process tells it. */
export interface Told {
  readonly seq: number;
  readonly record: string;
  readonly path: string;
}

export interface SessionProcess {
  readonly child: ChildProcess;
  /** Resolves with the exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** The most memory that it held, as far as it was looked at. */
  readonly peakMiB: () => number;
}

/** Lays down a Session in a folder, as the command line does. */
export function layDown(folder: string, bundle: Bundle): void {
  mkdirSync(join(folder, 'workspace'), { recursive: true });
  const launch = {
    launchVersion: 1,
    session: { name: 'bench', uid: 'bench-uid' },
    provenance: { source: 'bench' },
    spaces: { workspace: join(folder, 'workspace'), domain: null, references: {} },
    modelFiles: {},
  };
  writeFileSync(join(folder, 'bundle.json'), canonicalJson(parseJson(JSON.stringify(bundle))));
  writeFileSync(join(folder, 'launch.json'), JSON.stringify(launch));
}

/** Starts the session process that users get, on a Session that was laid down. */
export function startSession(folder: string, onRecord: (told: Told) => void = () => {}): SessionProcess {
  const state = join(folder, 'state', 'default', 'bench');
  const child = spawn(process.execPath, [program, '--dir', folder, '--state-dir', state, '--progress-fd', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let peakMiB = 0;
  const look = (): void => {
    peakMiB = Math.max(peakMiB, highWaterMiB(child.pid));
  };
  const progress = child.stdio[3];
  if (progress !== null && progress !== undefined && 'read' in progress) {
    createInterface({ input: progress }).on('line', (line) => {
      const told: { readonly type: string } & Told = JSON.parse(line);
      if (told.type !== 'record') return;
      if (told.record === 'session.ended' || told.seq % 100 === 1) look();
      onRecord(told);
    });
  }
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  return { child, ended, peakMiB: () => peakMiB };
}

/** The most memory that a process has held; Linux alone says so. */
function highWaterMiB(pid: number | undefined): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}
