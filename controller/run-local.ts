import type { Flow, Instant, JsonObject, Session } from '#crds';
import type { Executor } from './executors/executor.ts';
import { applyPlan, type BundleStore } from './reconcile/apply.ts';
import { isFinal } from './reconcile/history.ts';
import { sessionName } from './reconcile/names.ts';
import type { JournalView, ObservedBundle } from './reconcile/plan.ts';
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
  readonly flow: Flow;
  readonly source: LocalSource;
  readonly executor: Executor;
  readonly folder: SessionFolder;
  readonly resolved: LocalBundle;
  readonly wake: Wake;
  /** The journal as it stands. */
  readonly journal: () => Promise<JournalView | null>;
  readonly clock: () => Instant;
}

/** Drives one Session from its creation to its end with the same decisions that a cluster's controller takes. */
export async function runLocal(run: LocalRun): Promise<Session> {
  const { flow, source, executor, folder, resolved, wake } = run;
  const bundles: BundleStore = { put: (_namespace, _digest, bundle) => folder.writeBundle(bundle) };
  await source.createSession(source.session);
  const bundle: ObservedBundle = {
    state: 'resolved',
    digest: resolved.digest,
    version: resolved.bundle.bundleVersion,
    bundle: resolved.bundle,
    launch: resolved.launch,
    steps: resolved.bundle.steps.length,
  };
  for (;;) {
    const { session } = source;
    const attempt = await executor.observe(session);
    const observed = { bundle, template: flow.spec.sessionTemplate, attempt, journal: await run.journal() };
    const plan = reconcileSession(session, observed, run.clock());
    await applyPlan(plan, { source, executor, bundles });
    if (isFinal(source.session.status.phase) && attempt.state !== 'running') return source.session;
    await wake.wait(plan.againAfterMs);
  }
}

/** A Session that a person asked for: the token makes its name, so that asking again makes another. */
export function manualSession(flow: Flow, inputs: JsonObject, token: string, uid: string, now: string): Session {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: {
      name: sessionName(flow, { token }),
      namespace: flow.metadata.namespace ?? 'default',
      uid,
      generation: 1,
      creationTimestamp: now,
      labels: { ...flow.spec.sessionTemplate.metadata?.labels, 'orket.dev/flow': flow.metadata.name },
    },
    spec: {
      flowRef: { name: flow.metadata.name },
      ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
      cause: { type: 'Manual', token },
    },
    status: { observedGeneration: -1 },
  };
}
