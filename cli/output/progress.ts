import type { JournalRecord } from '#runtime';
import type { Terminal } from '../terminal.ts';
import { printable } from './printable.ts';
import { isProgress, recordLine } from './record.ts';

/** Progress on standard error: plain lines when piped; on a terminal the text of the model too, as it arrives. */
export class Progress {
  readonly #terminal: Terminal;
  #drawing = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  record(record: JournalRecord): void {
    if (!isProgress(record)) return;
    this.#end();
    this.#terminal.say(recordLine(record));
  }

  note(text: string): void {
    this.#end();
    this.#terminal.say(text);
  }

  delta(text: string): void {
    if (!this.#terminal.interactive) return;
    this.#drawing = true;
    this.#terminal.draw(printable(text));
  }

  #end(): void {
    if (this.#drawing) this.#terminal.draw('\n');
    this.#drawing = false;
  }
}
