import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../terminal.ts';
import { printable } from '../output/printable.ts';

/** How long what was typed before takes to arrive. */
const settleMs = 30;

/** Asks for a line. Reading begins with the first question and ends after each, so that a command can end. */
export function askOn(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Terminal['ask'] {
  const waiting: string[] = [];
  let lines: Interface | null = null;
  let over = false;
  let look = (): void => {};
  return async (question, signal) => {
    lines ??= createInterface({ input, terminal: false })
      .on('line', (line) => {
        waiting.push(line);
        look();
      })
      .on('close', () => {
        over = true;
        look();
      });
    // What was typed before the question was there is no answer to it.
    input.resume();
    await sleep(settleMs);
    waiting.length = 0;
    if (!signal.aborted) output.write(printable(question));
    return new Promise((answer) => {
      const done = (line: string | null): void => {
        signal.removeEventListener('abort', stop);
        look = () => {};
        // A pipe that nobody reads keeps no command alive.
        input.pause();
        answer(line);
      };
      const stop = (): void => done(null);
      look = () => {
        const line = waiting.shift();
        if (line !== undefined) done(line);
        else if (over) done(null);
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      look();
    });
  };
}
