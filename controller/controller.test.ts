import type { Band } from '#crds';
import { describe, expect, it } from 'vitest';
import { Controller } from './controller.ts';
import type { Executor } from './executors/executor.ts';
import { fakeClock } from '../test/controller/fake-clock.ts';
import { Projections } from './projections.ts';
import type { Source } from './sources/source.ts';
import { createStores } from './stores.ts';

const minuteMs = 60_000;

function buildBand(name: string): Band {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Band',
    metadata: { name, namespace: 'team', uid: `uid-${name}`, generation: 1, resourceVersion: '1' },
    spec: { roles: [] },
    status: { observedGeneration: -1 },
  };
}

/** A controller of one worker for each Band, where writing a status takes until `let go` of its name. */
function build(names: readonly string[]) {
  const clock = fakeClock();
  const stores = createStores();
  const waiting = new Map<string, () => void>();
  const none = async (): Promise<never> => Promise.reject(new Error('not in this test'));
  const source: Source = {
    resources: () => [],
    createSession: none,
    writeFlowStatus: none,
    writeSessionStatus: none,
    writeDefinitionStatus: ({ metadata }) => new Promise((resolve) => waiting.set(metadata.name, resolve)),
    event: async () => {},
  };
  const executor: Executor = { name: 'pod', start: none, observe: none, stop: none };
  const gateway = { bundle: none, view: none, changes: () => none() as never };
  const told = { onChange: () => {}, onConnect: () => {}, onTrouble: () => {} };
  const controller = new Controller({
    stores,
    effects: { source, executor, bundles: { put: none } },
    executor,
    projections: new Projections({ gateway, clock, ...told }),
    gateway,
    clock,
    workers: names.length,
    onFailure: (_, error) => {
      throw error;
    },
  });
  for (const name of names) stores.kinds.Band.put(buildBand(name));
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { controller, clock, waiting, settle };
}

describe('a controller that is asked whether it is stuck', () => {
  it('says no while it is idle, however long', async () => {
    const { controller, clock, settle } = build([]);
    const stop = new AbortController();
    const run = controller.run(stop.signal);
    clock.advance(60 * minuteMs);
    await settle();
    expect(controller.stuck()).toBeNull();
    stop.abort();
    await run;
  });

  it('names the oldest reconcile that goes on for longer than any can, until that ends', async () => {
    const { controller, clock, waiting, settle } = build(['one', 'two']);
    const stop = new AbortController();
    const run = controller.run(stop.signal);
    await settle();
    expect([...waiting.keys()]).toEqual(['one', 'two']);
    clock.advance(9 * minuteMs);
    expect(controller.stuck()).toBeNull();
    clock.advance(minuteMs);
    expect(controller.stuck()).toBe('the reconcile of Band/team/one has gone on for 600 s');
    waiting.get('one')?.();
    await settle();
    expect(controller.stuck()).toBe('the reconcile of Band/team/two has gone on for 600 s');
    waiting.get('two')?.();
    await settle();
    expect(controller.stuck()).toBeNull();
    stop.abort();
    await run;
  });
});
