import type { ServerResponse } from 'node:http';
import type { JournalView } from '../reconcile/plan.ts';
import type { Clock } from '../kube/clock.ts';

/** One line of the stream: a Session whose journal shows something else now, or, without one, a sign of life. */
export interface ChangeLine {
  readonly uid: string;
  readonly view: JournalView;
}

const quietMs = 250;
const aliveMs = 15_000;

/**
 * Tells whoever listens which Sessions' journals have changed. Only the newest view of each waits to be told: a slow listener
 * costs one view for each Session and gets them all. A first record and an end are told at once, the rest gathers a moment.
 */
export class Changes {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  tell(uid: string, view: JournalView): void {
    for (const listener of this.#listeners) listener.tell(uid, view);
  }

  /** Streams to an answer until its connection ends. Its first, empty line says that nothing is missed from here on. */
  stream(answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const listener = new Listener(answer, this.#clock);
    this.#listeners.add(listener);
    answer.write('\n');
    answer.once('close', () => {
      this.#listeners.delete(listener);
      listener.end();
    });
  }

  close(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

class Listener {
  readonly #answer: ServerResponse;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, JournalView>();
  #full = false;
  #cancelFlush: (() => void) | null = null;
  #cancelAlive: () => void;

  constructor(answer: ServerResponse, clock: Clock) {
    this.#answer = answer;
    this.#clock = clock;
    answer.on('drain', () => {
      this.#full = false;
      this.#flush();
    });
    this.#cancelAlive = this.#alive();
  }

  tell(uid: string, view: JournalView): void {
    const isNews = view.ended !== null || view.seq <= 2;
    this.#waiting.set(uid, view);
    if (isNews) this.#flush();
    else this.#cancelFlush ??= this.#clock.schedule(quietMs, () => this.#flush());
  }

  end(): void {
    this.#cancelFlush?.();
    this.#cancelAlive();
    this.#answer.end();
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    if (this.#full || this.#waiting.size === 0) return;
    const lines = [...this.#waiting].map(([uid, view]) => `${JSON.stringify({ uid, view } satisfies ChangeLine)}\n`);
    this.#waiting.clear();
    this.#full = !this.#answer.write(lines.join(''));
  }

  /** An empty line now and then, so that the other side can tell silence from a dead connection. */
  #alive(): () => void {
    return this.#clock.schedule(aliveMs, () => {
      if (!this.#full) this.#full = !this.#answer.write('\n');
      this.#cancelAlive = this.#alive();
    });
  }
}
