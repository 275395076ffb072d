import type { SessionSpec } from '#crds';
import { describe, expect, it } from 'vitest';
import { observeSession } from './observe.ts';
import type { ObservedBundle } from './reconcile/plan.ts';
import { buildFlow, buildSession, bundle, digest } from '../test/controller/builders.ts';

/** What a Session of the namespace "team" runs, where bundles were put for these namespaces. */
async function observedBundle(
  { from, ...cause }: Omit<SessionSpec['cause'], 'type'> & Pick<SessionSpec, 'from'>,
  putFor: readonly string[],
): Promise<ObservedBundle> {
  const session = buildSession(
    {},
    {},
    { cause: { type: 'Manual', ...cause }, ...(from === undefined ? {} : { from }) },
  );
  const observed = await observeSession(session, buildFlow(), [], {
    executor: {
      name: 'pod',
      start: async () => {},
      observe: async () => ({ state: 'none' }),
      stop: async () => {},
    },
    projections: { view: async () => null },
    gateway: { bundle: async (namespace, of) => (putFor.includes(namespace) && of === digest('a') ? bundle : null) },
  });
  return observed.bundle;
}

describe('observeSession', () => {
  it('takes a digest that the namespace of the Session has resolved', async () => {
    expect(await observedBundle({ digest: digest('a') }, ['team'])).toMatchObject({
      state: 'resolved',
      digest: digest('a'),
    });
  });

  it('refuses a digest that only another namespace has resolved, as it refuses one that nobody has', async () => {
    const refused = { state: 'refused', reason: 'BundleNotFound', mayArrive: false };
    const elsewhere = await observedBundle({ digest: digest('a') }, ['other']);
    expect(elsewhere).toMatchObject(refused);
    expect(elsewhere).toEqual(await observedBundle({ digest: digest('a') }, []));
  });

  it('refuses a fork, and runs the same again', async () => {
    const from = { session: 'hello-a', uid: 'u' };
    expect(await observedBundle({ digest: digest('a'), from: { ...from, at: 'write#1' } }, ['team'])).toMatchObject({
      state: 'refused',
      reason: 'RuntimeUnsupported',
    });
    expect(await observedBundle({ digest: digest('a'), from }, ['team'])).toMatchObject({ state: 'resolved' });
  });
});
