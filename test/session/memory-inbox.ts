import type { Adjustment, Control, Decision, Entry, Inbox, Message } from '../../runtime/inbox/inbox.ts';
import type { JsonValue } from '#crds';

/** An inbox in the memory of a test: what is sent arrives at once, from whom it says. */
export class MemoryInbox implements Inbox {
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<() => void>();

  send(message: Message): void {
    // What crosses a process is text.
    const content: JsonValue = JSON.parse(JSON.stringify(message));
    this.#entries.set(message.id, { id: message.id, message, content });
    for (const arrived of this.#watchers) arrived();
  }

  /** A decision by somebody whom the system knows. */
  decide(parts: Pick<Decision, 'gate' | 'gateDigest' | 'verdict'> & Partial<Decision>): void {
    this.send({ kind: 'decision', id: `d-${this.#next()}`, from: personOf('ada'), note: '', ...parts });
  }

  control(control: Control['control'], note = ''): void {
    this.send({ kind: 'control', id: `c-${this.#next()}`, from: personOf('ada'), note, control });
  }

  adjust(adjust: Adjustment['adjust']): void {
    this.send({ kind: 'adjustment', id: `a-${this.#next()}`, from: personOf('ada'), adjust });
  }

  get size(): number {
    return this.#entries.size;
  }

  async read(): Promise<readonly Entry[]> {
    return [...this.#entries.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  async remove(id: string): Promise<void> {
    this.#entries.delete(id);
  }

  watch(arrived: () => void): { close(): void } {
    this.#watchers.add(arrived);
    return { close: () => this.#watchers.delete(arrived) };
  }

  #sent = 0;

  #next(): number {
    return (this.#sent += 1);
  }
}

export function personOf(name: string, groups: readonly string[] = []): Decision['from'] {
  return { name, groups, verifiedBy: 'os-uid' };
}
