import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from './command.ts';
import type { Layout } from './layout.ts';

/** One program of a cluster. */
export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves when the part serves, throws with what is missing while it does not. */
  readonly check: () => Promise<void>;
}

interface StartedPart {
  /** Resolves when the part serves; rejects when it ends before that, or does not serve in time. */
  readonly ready: Promise<void>;
}

const readyWithinMs = 120_000;
const checkEveryMs = 50;

/** Starts a part with its output in the cluster's logs. `onLost` is called when it ends after it was ready. */
export function startPart(layout: Layout, part: Part, onLost: (text: string) => void): StartedPart {
  const log = openSync(layout.log(part.name), 'a');
  const child = spawn(part.command, part.args, { stdio: ['ignore', log, log], cwd: layout.dir });
  closeSync(log);
  const tail = () => `last lines of its log:\n${lastLines(readFileSync(layout.log(part.name), 'utf8'), 25)}`;
  let isReady = false;
  let end: string | undefined;
  child.on('error', (error) => (end = error.message));
  child.on('exit', (code, signal) => {
    end = signal ? `was killed by ${signal}` : `ended with exit code ${code}`;
    if (isReady) onLost(`${part.name} ${end}; ${tail()}`);
  });

  async function waitUntilReady(): Promise<void> {
    const deadline = Date.now() + readyWithinMs;
    for (;;) {
      const lacking = await part.check().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (end !== undefined) throw new Error(`${part.name} ${end} before it was ready; ${tail()}`);
      if (lacking === undefined) break;
      if (Date.now() > deadline) {
        throw new Error(`${part.name} was not ready within ${readyWithinMs / 1000} s: ${lacking}; ${tail()}`);
      }
      await sleep(checkEveryMs);
    }
    isReady = true;
  }
  return { ready: waitUntilReady() };
}
