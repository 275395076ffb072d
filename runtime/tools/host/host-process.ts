import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Pause } from './machine.ts';
import { bounds, hostDescriptor } from './protocol.ts';

/** Characters of what a host wrote last, for the error that tells of its end. */
const lastWords = 1_000;
/** After its end, what it wrote may take this long to be read. */
const drainMs = 250;

export interface HostCommands {
  readonly command: readonly string[];
  /** Ends what it left running, null for nothing to be done. */
  readonly sweep: readonly string[] | null;
  /** Where it works. */
  readonly folder: string;
  readonly pause: Pause;
}

/** A process of its own group, with nothing inherited but an empty input, two ends for noise, and the wire. */
export class HostProcess {
  readonly wire: Duplex;
  /** Resolves to how it ended, in words, once it is gone and everything it said was read. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #noise = '';
  #noiseBytes = 0;
  #hasEnded = false;

  /** `flooded` is called when it says more than is read. Throws what the system says against starting it. */
  constructor({ command, sweep, folder, pause }: HostCommands, flooded: () => void) {
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      cwd: folder,
      env: {},
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    const wire = child.stdio[hostDescriptor];
    if (!(wire instanceof Duplex)) throw new TypeError('no wire to a host');
    this.wire = wire;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#hear(chunk, flooded));
      stream?.on('error', () => {});
    }
    this.ended = new Promise((resolve) => {
      const closed = new AbortController();
      child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
      child.once('exit', () => {
        this.#killGroup();
        this.#hasEnded = true;
        // What left the group may hold its ends open.
        void pause(drainMs, closed.signal).then(
          () => this.#letGo(),
          () => {},
        );
      });
      child.once('close', (code, signal) => {
        closed.abort('closed');
        const end = this.#endOf(code, signal);
        if (sweep === null) resolve(end);
        else sweepAfter(sweep, () => resolve(end));
      });
    });
  }

  /** Ends it and everything it started in its group; with process ids of its own, everything it ever started. */
  kill(): void {
    if (this.#hasEnded) return;
    this.#killGroup();
    this.#letGo();
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  }

  #letGo(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #hear(chunk: Buffer, flooded: () => void): void {
    this.#noiseBytes += chunk.length;
    this.#noise = `${this.#noise}${chunk.subarray(-lastWords).toString('utf8')}`.slice(-lastWords);
    if (this.#noiseBytes > bounds.noiseBytes) flooded();
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `it ended with code ${code ?? 'none'}` : `it was ended by ${signal}`;
    const words = this.#noise.toWellFormed().trim();
    return words === '' ? how : `${how}, after it said: ${words}`;
  }
}

function sweepAfter([file = '', ...args]: readonly string[], done: () => void): void {
  const sweeping = spawn(file, args, { cwd: '/', env: {}, stdio: 'ignore' });
  sweeping.once('error', done);
  sweeping.once('close', done);
}
