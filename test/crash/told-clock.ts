import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** A clock that stands still but where a test moves it, for all processes that are told of its file. */
export class ToldClock {
  readonly file: string;
  readonly start = Date.UTC(2026, 0, 1);

  constructor(file: string) {
    this.file = file;
    this.set(0);
  }

  /** To that many milliseconds after its start. */
  set(ms: number): void {
    writeFileSync(`${this.file}.new`, String(this.start + ms));
    renameSync(`${this.file}.new`, this.file);
  }

  /** Until a process waits for exactly that moment. */
  async waitedFor(ms: number, pid: number | undefined): Promise<void> {
    const waits = `${this.file}.waits`;
    const wanted = `${pid} ${this.start + ms}`;
    await expect
      .poll(() => (existsSync(waits) ? readFileSync(waits, 'utf8').split('\n') : []), { timeout: 20_000 })
      .toContain(wanted);
  }
}

/** Until the kernel shows a process as stopped. */
export async function stopped(pid: number | undefined): Promise<void> {
  const state = (): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  await expect.poll(state, { timeout: 20_000, interval: 5 }).toBe('T');
}
