import { OrketError, type Instant, type Session, type SessionTemplate } from '#crds';
import type { Executor } from './executors/executor.ts';
import { applyPlan, type BundleStore } from './reconcile/apply.ts';
import { isFinal } from './reconcile/history.ts';
import type { AttemptState, JournalView, ObservedBundle } from './reconcile/plan.ts';
import { reconcileSession } from './reconcile/session.ts';
import type { LocalBundle } from './sources/local-bundle.ts';
import type { LocalSource } from './sources/local.ts';
import type { SessionFolder } from './sources/session-folder.ts';

/** A change that woke the loop, one at a time: many of them before the next look are one. */
export class Wake {
  #pending = false;
  #resolve: (() => void) | null = null;

  ring(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Resolves at the next ring, at once for one that came since the last wait, or after `ms`. */
  async wait(ms: number | undefined): Promise<void> {
    if (!this.#pending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (ms !== undefined) timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.#resolve = null;
    }
    this.#pending = false;
  }
}

export interface LocalRun {
  readonly template: SessionTemplate;
  readonly source: LocalSource;
  readonly executor: Executor;
  readonly folder: SessionFolder;
  readonly bundle: Extract<ObservedBundle, { state: 'resolved' }>;
  readonly wake: Wake;
  /** The journal as it stands. */
  readonly journal: () => Promise<JournalView | null>;
  /** Whether people left something for it. */
  readonly woken: () => Promise<boolean>;
  /** Told which gates are open, with a process that waits and once it is parked. True where there is more to wait for. */
  readonly asked: (gates: JournalView['gates'], parked: boolean) => boolean;
  readonly clock: () => Instant;
}

/**
 * Drives one Session that was created to its end, or until it is parked and nobody here is being asked, with the same
 * decisions that a cluster's controller takes.
 */
export async function runLocal(run: LocalRun): Promise<Session> {
  const { template, bundle, source, executor, folder, wake } = run;
  const bundles: BundleStore = { put: (_namespace, _digest, put) => folder.writeBundle(put) };
  for (;;) {
    const { session } = source;
    const attempt = await executor.observe(session);
    const journal = await run.journal();
    const woken = journal !== null && journal.parked !== null && (await run.woken());
    const stop = stopOf(attempt, journal);
    if (stop !== null) throw stop;
    const plan = reconcileSession(session, { bundle, template, attempt, journal, woken }, run.clock());
    await applyPlan(plan, { source, executor, bundles });
    const { phase } = source.session.status;
    const runs = attempt.state === 'running';
    if (isFinal(phase) && !runs) return source.session;
    const parked = !runs && (phase === 'AwaitingApproval' || phase === 'Paused');
    // Whoever paused it wants nobody to be asked.
    const waits = journal !== null && run.asked(phase === 'Paused' ? [] : journal.gates, parked);
    if (parked && !waits) return source.session;
    await wake.wait(plan.againAfterMs);
  }
}

/** What keeps every attempt from going on, until somebody has mended it: another one at once would end there too. */
const stops = [
  'JournalWriteFailed',
  'JournalLocked',
  'JournalCorrupt',
  'BundleMismatch',
  'RuntimeUnsupported',
  'StaleEpoch',
  'HeadMismatch',
  'NetworkFileSystem',
] as const;

/** Why an attempt stopped in order without the Session having ended, null where it crashed or goes on. */
function stopOf(attempt: AttemptState, journal: JournalView | null): OrketError | null {
  if (attempt.state !== 'ended' || attempt.exit.code === null) return null;
  if (journal !== null && journal.ended !== null) return null;
  const [, reason, message = ''] = /^(\w+): (.*)$/m.exec(attempt.exit.message) ?? [];
  const stop = stops.find((one) => one === reason);
  return stop === undefined
    ? null
    : new OrketError(stop, message, {
        remedy: 'The Session stays as its journal has it: mend this, then `orket resume` goes on.',
      });
}

/** What a Session runs, as its reconcile sees it. */
export function observedBundle({ bundle, digest, launch }: LocalBundle): LocalRun['bundle'] {
  const { bundleVersion: version, steps } = bundle;
  return { state: 'resolved', digest, version, bundle, launch, steps: steps.length };
}
