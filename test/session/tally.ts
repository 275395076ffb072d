import type { Seen } from './timings.ts';

/** What happened in Sessions, counted: so that a property that looks at nothing is found out. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add({ status, records }: Seen): void {
    this.#count(status);
    for (const { type, body } of records) {
      if (type === 'gate.opened') this.#count(`asked by ${body.kind}`);
      if (type === 'gate.decided') this.#count(`gate ${body.verdict}`);
      if (type === 'conductor.adjusted') this.#count(`${body.op} ${body.status} by ${body.origin}`);
      if (type === 'call.retried') this.#count('retried');
      if (type === 'step.skipped') this.#count(`skipped by ${body.by}`);
      if (type === 'step.ended' && body.status !== 'succeeded') this.#count(body.error?.reason ?? body.status);
      if (type === 'step.started' && (body.kind === 'parallel' || body.kind === 'forEach')) this.#count(body.kind);
    }
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  toString(): string {
    const sorted = [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([what, count]) => `${count} ${what}`).join(', ');
  }

  #count(what: string): void {
    this.#counts.set(what, this.of(what) + 1);
  }
}
