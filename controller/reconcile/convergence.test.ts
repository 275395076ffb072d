import type { Flow, Session } from '#crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Executor } from '../executors/executor.ts';
import type { Source } from '../sources/source.ts';
import { applyPlan, type Effects } from './apply.ts';
import { buildFlow, buildJournal, bundle, digest, launch, t0 } from '../../test/controller/builders.ts';
import { reconcileFlow } from './flow.ts';
import { isFinal } from './history.ts';
import { attemptName } from './names.ts';
import type { AttemptState, EndView, JournalView, Plan } from './plan.ts';
import { reconcileSession } from './session.ts';

class Crash extends Error {}

const end: EndView = {
  status: 'succeeded',
  completionTime: '2026-01-02T03:04:09.000Z',
  stateDigest: digest('d'),
  result: 'hello',
  resultHeldAs: null,
  reason: null,
  message: null,
};

/** A world in memory: what the controller wrote, runners, and a journal. `crashAt` counts effects; that one happens and is the last. */
class World {
  flow: Flow = buildFlow();
  session: Session | null = null;
  journal: JournalView | null = null;
  now = t0;
  writes = 0;
  /** Those to the API server on behalf of the Session. */
  sessionWrites = 0;
  crashAt = Number.POSITIVE_INFINITY;
  readonly runners = new Map<string, AttemptState>();
  readonly started: string[] = [];
  /** How the attempts end, in order; those after the last end well. */
  readonly outcomes: readonly ('crash' | 'deleted' | 'ends')[];

  constructor(outcomes: World['outcomes']) {
    this.outcomes = outcomes;
  }

  #effect(of: 'session' | 'other' = 'session'): void {
    this.writes += 1;
    if (of === 'session') this.sessionWrites += 1;
    if (this.writes === this.crashAt) throw new Crash();
  }

  get effects(): Effects {
    const source: Source = {
      resources: () => [],
      createSession: async (session) => {
        const isNew = this.session === null;
        this.session ??= { ...session, metadata: { ...session.metadata, uid: 'session-uid', generation: 1 } };
        expect(session.metadata.name).toBe(this.session.metadata.name);
        this.#effect();
        return isNew;
      },
      writeFlowStatus: async (_, status) => {
        this.flow = { ...this.flow, status };
        this.#effect('other');
      },
      writeDefinitionStatus: async () => {},
      writeSessionStatus: async (_, status) => {
        if (this.session === null) throw new Error('there is no Session');
        expect(isFinal(this.session.status.phase)).toBe(false);
        expect(status.attempt ?? 0).toBeGreaterThanOrEqual(this.session.status.attempt ?? 0);
        this.session = { ...this.session, status };
        this.#effect();
      },
      event: async () => this.#effect(),
    };
    const executor: Executor = {
      name: 'pod',
      start: async ({ session, attempt }) => {
        const name = attemptName(session.metadata.name, attempt);
        expect(this.session?.status.attempt).toBe(attempt);
        if (!this.runners.has(name)) {
          this.started.push(name);
          const runner = { kind: 'pod', name, uid: `uid-${name}`, image: 'image' } as const;
          this.runners.set(name, { state: 'running', attempt, runner });
          this.journal = buildJournal({ seq: attempt, attempt });
        }
        this.#effect();
      },
      observe: async () => this.observed,
      stop: async () => {},
    };
    return { source, executor, bundles: { put: async () => this.#effect('other') } };
  }

  get observed(): AttemptState {
    const present = [...this.runners.values()].filter(({ state }) => state !== 'none');
    return present.at(-1) ?? { state: 'none' };
  }

  /** Time passes and the running attempt ends as it has to, once its pod was seen. */
  pass(): void {
    this.now += 1000;
    const running = this.observed;
    if (running.state !== 'running' || this.session?.status.podRef?.uid !== running.runner.uid) return;
    const outcome = this.outcomes[running.attempt - 1] ?? 'ends';
    const exit = { code: 1, reason: 'Error', message: '' };
    if (outcome === 'deleted') this.runners.set(running.runner.name, { state: 'none' });
    else this.runners.set(running.runner.name, { ...running, state: 'ended', exit });
    if (outcome === 'ends') this.journal = buildJournal({ seq: 9, attempt: running.attempt, ended: end });
  }

  plans(): readonly (() => Plan)[] {
    const closure = { state: 'resolved', digest: digest('a'), bundle, since: t0 } as const;
    const { session } = this;
    const flow = (): Plan =>
      reconcileFlow(this.flow, { closure, sessions: this.session === null ? [] : [this.session] }, this.now);
    if (session === null) return [flow];
    const pinned = { state: 'resolved', digest: digest('a'), version: 1, bundle: null, launch, steps: 1 } as const;
    const observed = { bundle: pinned, template: { maxAttempts: 4 }, attempt: this.observed, journal: this.journal };
    return [flow, () => reconcileSession(this.session ?? session, observed, this.now)];
  }

  /** Reconciles until nothing is left to do, starting anew after every crash. */
  async run(): Promise<void> {
    for (let idle = 0; idle < 4; idle += 1) {
      const before = this.writes;
      for (const decide of this.plans()) {
        await applyPlan(decide(), this.effects).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      }
      if (this.writes > before) idle = 0;
      this.pass();
    }
  }
}

function endState({ flow, session, started }: World): object {
  return { flow: flow.status, session: session?.status, name: session?.metadata.name, started };
}

const outcomes = fc.array(fc.constantFrom('crash' as const, 'deleted' as const, 'ends' as const), { maxLength: 5 });

describe('the controller, crashed after any of its writes', () => {
  it('comes to the same end, starts no attempt twice, and writes at most what was cut off again', async () => {
    await fc.assert(
      fc.asyncProperty(outcomes, async (list) => {
        const calm = new World(list);
        await calm.run();
        expect(isFinal(calm.session?.status.phase)).toBe(true);
        for (let crashAt = 1; crashAt <= calm.writes; crashAt += 1) {
          const world = new World(list);
          world.crashAt = crashAt;
          await world.run();
          const plain = (state: object): string =>
            JSON.stringify(state).replaceAll(/"\d{4}-\d\d-\d\dT[\d:]+Z"/g, '"time"');
          expect(plain(endState(world))).toBe(plain(endState(calm)));
          expect(new Set(world.started).size).toBe(world.started.length);
          expect(world.writes).toBeLessThanOrEqual(calm.writes + 4);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('writes no more than eight times for a Session of one attempt', async () => {
    const world = new World([]);
    await world.run();
    expect(world.session?.status.phase).toBe('Succeeded');
    expect(world.sessionWrites).toBeLessThanOrEqual(8);
  });
});
