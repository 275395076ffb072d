import type { Told } from '#controller';
import { stablePath, type JournalRecord } from '#runtime';
import type { Terminal } from '../terminal.ts';
import { weakIsolation } from './isolation.ts';
import { oneLine, printable } from './printable.ts';
import { isProgress, RecordLines } from './record.ts';

/** A tool tells where it is at most that often; what it logs has at most that many characters a line. */
const progressEveryMs = 1_000;
const longestLog = 2_000;
/** What a turn says while another one is shown waits for it, up to that many characters; the record has all of it. */
const mostHeld = 64 * 1024;

/** The record has all of them. */
const mostWaiting = 1_000;

/**
 * Progress on standard error: plain lines when piped; on a terminal the text of models too, as it arrives, one turn after
 * the other. While a question is open it is asked again below what is told.
 */
export class Progress {
  readonly #terminal: Terminal;
  /** The turn whose text is shown as it comes, and whether the cursor stands behind some of it. */
  #shown: string | null = null;
  #drawing = false;
  /** Behind what is drawn: each line of a model begins with `>`, as none of ours does, and whether there is one more shows. */
  #newlines = '';
  /** Of turns beside it, by path. */
  readonly #held = new Map<string, string>();
  /** Text of these may come later than their record, which travels on another way. */
  readonly #over = new Set<string>();
  readonly #told = new Map<string, number>();
  readonly #lines = new RecordLines();
  #question: string | null = null;
  /** Lines for later, while something else has the terminal. */
  #waiting: string[] | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  record(record: JournalRecord): void {
    if (record.type === 'session.started') {
      const weak = weakIsolation(record.body.provenance);
      if (weak !== null) this.note(weak);
    }
    if (record.type === 'attempt.started') this.#begin();
    if (record.type === 'model.response') this.#answered(record.path);
    if (isProgress(record)) this.#line(this.#lines.of(record));
  }

  note(text: string): void {
    this.#line(text);
  }

  /** What a session process tells of what is in no record. */
  tell(told: Told): void {
    switch (told.type) {
      case 'delta':
        return this.#delta(told.path, told.text);
      case 'log':
        return this.#line(`${told.path}: ${oneLine(told.text.trimEnd()).slice(0, longestLog)}`);
      case 'progress':
        return this.#progress(told);
    }
  }

  /** Somebody is asked something, or nobody any more. */
  asks(question: string | null): void {
    this.#question = question;
  }

  /** Something else has the terminal: what is to be told waits until what this gives is called. */
  lend(): () => void {
    this.#end();
    this.#waiting = [];
    return () => {
      const lines = this.#waiting ?? [];
      this.#waiting = null;
      for (const line of lines) this.#line(line);
    };
  }

  #delta(path: string, text: string): void {
    if (!this.#terminal.interactive || this.#question !== null || this.#waiting !== null) return;
    if (this.#over.has(path)) return this.#whole(path, text);
    this.#shown ??= path;
    if (this.#shown === path) this.#draw(path, text);
    else this.#held.set(path, `${this.#held.get(path) ?? ''}${text}`.slice(0, mostHeld));
  }

  #draw(path: string, text: string): void {
    // Whose text it is: several turns may be under way.
    if (!this.#drawing) this.#terminal.draw(`${stablePath(path)}> `);
    this.#drawing = true;
    const all = this.#newlines + printable(text);
    const shown = all.replace(/\n+$/, '');
    this.#newlines = all.slice(shown.length);
    this.#terminal.draw(shown.replaceAll('\n', '\n> '));
  }

  /** A turn has its answer. What it said beside another one is told now, whole. */
  #answered(path: string): void {
    this.#over.add(path);
    const held = this.#held.get(path);
    if (held !== undefined) this.#whole(path, held);
    else if (this.#shown === path) this.#end();
    this.#held.delete(path);
    if (this.#shown === path) this.#shown = null;
  }

  /** Between what another turn says. */
  #whole(path: string, text: string): void {
    if (this.#waiting !== null) return;
    if (this.#shown !== path) this.#end();
    this.#draw(path, text);
    this.#end();
  }

  /** What an attempt that is gone was saying, nobody will end. */
  #begin(): void {
    this.#shown = null;
    this.#held.clear();
  }

  #progress({ path, fraction, text }: Extract<Told, { readonly type: 'progress' }>): void {
    const now = this.#terminal.clock();
    if (now - (this.#told.get(path) ?? Number.NEGATIVE_INFINITY) < progressEveryMs) return;
    this.#told.set(path, now);
    const part = fraction === null ? '' : `${Math.round(fraction * 100)} % `;
    this.#line(`${path}: ${part}${oneLine(text).slice(0, longestLog)}`.trimEnd());
  }

  #line(text: string): void {
    if (this.#waiting !== null) return this.#wait(this.#waiting, text);
    this.#end();
    if (this.#question !== null) this.#terminal.draw('\n');
    this.#terminal.say(text);
    if (this.#question !== null) this.#terminal.draw(this.#question);
  }

  #wait(lines: string[], text: string): void {
    if (lines.push(text) > mostWaiting) lines.shift();
  }

  #end(): void {
    if (this.#drawing) this.#terminal.draw('\n');
    this.#drawing = false;
    this.#newlines = '';
  }
}
