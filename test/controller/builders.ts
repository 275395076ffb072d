import {
  formatInstant,
  parseInstant,
  type Bundle,
  type Digest,
  type Flow,
  type FlowSpec,
  type FlowStatus,
  type ObjectMeta,
  type Session,
  type SessionSpec,
  type SessionStatus,
} from '#crds';
import type { Launch } from '#runtime';
import type { AttemptState, JournalView, ObservedBundle, ObservedSession } from '../../controller/reconcile/plan.ts';

/** Objects with defaults for tests, so that a test shows only what matters. */
export const t0 = parseInstant('2026-01-02T03:04:05Z');
export const time = formatInstant(t0);

export function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`;
}

export const bundle: Bundle = {
  bundleVersion: 1,
  inputs: {},
  roles: [],
  steps: [],
  venue: { provider: 'scripted' },
};

export function buildFlow(
  spec: Partial<FlowSpec> = {},
  status: FlowStatus = { observedGeneration: -1 },
  metadata: Partial<ObjectMeta> = {},
): Flow {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Flow',
    metadata: { name: 'hello', namespace: 'team', uid: 'flow-uid', generation: 1, ...metadata },
    spec: {
      bandRef: { name: 'band' },
      venueRef: { name: 'venue' },
      scoreRef: { name: 'score' },
      trigger: { onChange: { settleSeconds: 2, runOnCreate: true } },
      suspend: false,
      sessionTemplate: { maxAttempts: 3 },
      workspace: {
        policy: { readScope: ['workspace', 'reference', 'domain'], writeScope: ['workspace'] },
        storage: { sizeLimit: '1Gi' },
      },
      limits: { depth: 5 },
      conductor: { mode: 'suggest', heuristics: {} },
      ...spec,
    },
    status,
  };
}

export function buildSession(
  status: Partial<SessionStatus> = {},
  metadata: Partial<ObjectMeta> = {},
  spec: Partial<SessionSpec> = {},
): Session {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: {
      name: 'hello-abc',
      namespace: 'team',
      uid: 'session-uid',
      generation: 1,
      creationTimestamp: time,
      ...metadata,
    },
    spec: { flowRef: { name: 'hello' }, cause: { type: 'Manual' }, ...spec },
    status: { observedGeneration: -1, ...status },
  };
}

export const launch: Launch = {
  launchVersion: 1,
  session: { name: 'hello-abc', uid: 'session-uid' },
  provenance: {},
  spaces: { workspace: '/workspace', domain: null, references: {} },
  modelFiles: {},
};

export const resolved: Extract<ObservedBundle, { state: 'resolved' }> = {
  state: 'resolved',
  digest: digest('a'),
  version: 1,
  bundle: null,
  launch,
  steps: 2,
};

export function observe(seen: Partial<ObservedSession> = {}): ObservedSession {
  return { bundle: resolved, template: { maxAttempts: 3 }, attempt: { state: 'none' }, journal: null, ...seen };
}

export function runner(attempt: number): Pick<Extract<AttemptState, { state: 'running' }>, 'attempt' | 'runner'> {
  return {
    attempt,
    runner: { kind: 'pod', name: `hello-abc-a${attempt}`, uid: `pod-${attempt}`, image: 'orket.dev/session:1' },
  };
}

export function ended(attempt: number, code: number | null = 1, reason = 'Error'): AttemptState {
  return { state: 'ended', ...runner(attempt), exit: { code, reason, message: '' } };
}

export function buildJournal(view: Partial<JournalView> = {}): JournalView {
  return {
    seq: 4,
    head: 'f'.repeat(64),
    startTime: time,
    attempt: 1,
    semantics: 1,
    steps: [{ id: 'one', phase: 'Running', startTime: time, completionTime: null, reason: null }],
    stepsDone: 0,
    usage: { inputTokens: 0, outputTokens: 0, calls: 0, byRole: [] },
    artifacts: [],
    artifactsTotal: 0,
    gates: [],
    gatesTotal: 0,
    approvals: [],
    approvalsTotal: 0,
    parked: null,
    wakeAt: null,
    parks: 0,
    ended: null,
    ...view,
  };
}
