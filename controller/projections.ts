import type { GatewayClient } from './gateway/client.ts';
import { backoffMs, sleep, type Clock } from './kube/clock.ts';
import type { JournalView } from './reconcile/plan.ts';

export interface ProjectionsOptions {
  readonly gateway: Pick<GatewayClient, 'view' | 'changes'>;
  readonly clock: Clock;
  /** A journal of this Session shows something else now. */
  readonly onChange: (uid: string, view: JournalView) => void;
  /** The stream was away: whoever waits for a change has to look again. */
  readonly onConnect: () => void;
  readonly onTrouble: (error: unknown) => void;
}

const firstPauseMs = 200;
const lastPauseMs = 10_000;

/** What journals show, as the gateway last told: by its stream as it happens, and asked for where that may have missed it. */
export class Projections {
  readonly #options: ProjectionsOptions;
  readonly #views = new Map<string, JournalView>();

  constructor(options: ProjectionsOptions) {
    this.#options = options;
  }

  /** With `fresh`, as the gateway has it after this call began. Throws `GatewayUnreachable`. */
  async view(uid: string, fresh: boolean): Promise<JournalView | null> {
    const known = this.#views.get(uid);
    if (known !== undefined && (!fresh || known.ended !== null)) return known;
    const view = await this.#options.gateway.view(uid);
    if (view !== null) this.#keep(uid, view);
    return view;
  }

  forget(uid: string): void {
    this.#views.delete(uid);
  }

  /** Listens until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { gateway, clock, onChange, onConnect, onTrouble } = this.#options;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        let connected = false;
        for await (const change of gateway.changes(signal)) {
          if (!connected) {
            connected = true;
            failures = 0;
            this.#views.clear();
            onConnect();
          }
          if (change === null) continue;
          this.#keep(change.uid, change.view);
          onChange(change.uid, change.view);
        }
      } catch (error) {
        if (!signal.aborted) onTrouble(error);
      }
      await sleep(clock, backoffMs(clock, failures, firstPauseMs, lastPauseMs), signal);
    }
  }

  /** Answers and stream may overtake each other: the higher seq is the newer. */
  #keep(uid: string, view: JournalView): void {
    const known = this.#views.get(uid);
    if (known === undefined || known.seq <= view.seq) this.#views.set(uid, view);
  }
}
