import { join } from 'node:path';
import type { Digest, Flow, Session } from '#crds';
import { beforeAll, expect, test } from 'vitest';
import type { Pod } from '../../controller/executors/pod-state.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { checkout } from '../cluster/tools.ts';
import { installOrket } from './install.ts';
import { eventually, inScenario, runLocally, type Scenario } from './scenario.ts';

const hello = join(checkout, 'examples/01-hello');

beforeAll(() => installOrket(joinCluster()));

/** Applies the example and waits for the Session that the Flow starts. */
async function runHello({ kubectl, get, untilEnded }: Scenario): Promise<Session> {
  await kubectl('apply', '-f', hello);
  const name = await eventually(
    'the Flow names its Session',
    async () => (await get<Flow>('flow', 'hello')).status.lastSession?.name,
  );
  return untilEnded(name);
}

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly reportingController: string;
  readonly regarding: { readonly kind: string };
}

test('runs a Flow that was applied, with kubectl, to the state digest of a run without a cluster', async () => {
  await inScenario('hello', async (scenario) => {
    await scenario.kubectl('label', 'namespace', scenario.namespace, 'pod-security.kubernetes.io/enforce=restricted');
    const session = await runHello(scenario);
    const local = runLocally(hello);
    expect(session.status).toMatchObject({
      phase: 'Succeeded',
      attempt: 1,
      result: 'Hello, world!',
      bundle: local.status.bundle,
      stateDigest: local.status.stateDigest,
      progress: { done: 1, total: 1 },
    });
    expect(session.status.conditions).toMatchObject([{ type: 'Succeeded', status: 'True' }]);
    expect(Buffer.byteLength(JSON.stringify(session.status))).toBeLessThan(4096);
    expect(scenario.journal(session).at(-1)).toMatchObject({ seq: session.status.journal?.seq, type: 'session.ended' });
  });
});

test('shows what happened in columns and Events, and calls nothing stalled on the way', async () => {
  await inScenario('columns', async (scenario) => {
    const { metadata, status } = await runHello(scenario);
    const { kubectl, get } = scenario;
    const words = async (kind: string, name: string): Promise<readonly string[]> =>
      (await kubectl('get', kind, name, '--no-headers')).trim().split(/ {2,}/).slice(0, -1);
    expect(await words('session', metadata.name)).toEqual([metadata.name, 'Succeeded', status.message, 'hello', '1']);
    await eventually('the Flow counts its Session', async () =>
      (await get<Flow>('flow', 'hello')).status.counts?.succeeded === 1 ? true : undefined,
    );
    expect(await words('flow', 'hello')).toEqual(['hello', 'True', 'A Session can start', metadata.name, 'Succeeded']);
    expect(await words('band', 'greeters')).toEqual(['greeters', 'True', 'Band is valid', 'greeter']);

    const { items } = JSON.parse(await kubectl('get', 'events.events.k8s.io', '-o', 'json'));
    const ours = items.filter((event: Event) => event.reportingController === 'orket.dev/controller');
    expect(ours.map(({ type, reason, regarding }: Event) => `${regarding.kind} ${type} ${reason}`).toSorted()).toEqual([
      'Flow Normal SessionCreated',
      'Session Normal AttemptStarted',
      'Session Normal SessionSucceeded',
    ]);
    const { outcomes } = (await get<Flow>('flow', 'hello')).status;
    expect(outcomes).toMatchObject([{ session: metadata.name, phase: 'Succeeded' }]);
  });
});

test('gives a session pod no right, no shell of the node, and only a token for the gateway', async () => {
  await inScenario('pod', async (scenario) => {
    const session = await runHello(scenario);
    const pod = await scenario.get<
      Pod & { spec: { automountServiceAccountToken: boolean; volumes: { name: string }[] } }
    >('pod', `${session.metadata.name}-a1`);
    expect(pod.metadata.ownerReferences).toMatchObject([
      { kind: 'Session', uid: session.metadata.uid, controller: true },
    ]);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    expect(pod.spec.volumes.map(({ name }) => name)).toEqual(['identity', 'workspace', 'tmp']);
    await scenario.kubectl(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      `pod/${pod.metadata.name}`,
      '--timeout=30s',
    );
  });
});

test('runs nothing again for what it has run, and again for what has changed', async () => {
  await inScenario('change', async (scenario) => {
    const first = await runHello(scenario);
    const { kubectl, get, untilEnded } = scenario;
    await kubectl('label', 'flow', 'hello', 'team=green');
    await kubectl('patch', 'flow', 'hello', '--type=merge', '-p', '{"spec":{"sessionTemplate":{"maxAttempts":2}}}');
    await kubectl('patch', 'flow', 'hello', '--type=merge', '-p', '{"spec":{"inputs":{"name":"moon"}}}');
    const second = await eventually('another Session', async () => {
      const { lastSession } = (await get<Flow>('flow', 'hello')).status;
      return lastSession?.name === first.metadata.name ? undefined : lastSession?.name;
    });
    expect((await untilEnded(second ?? '')).status.result).toBe('Hello, moon!');
    const sessions = JSON.parse(await kubectl('get', 'sessions', '-o', 'json')).items;
    expect(sessions.map(({ metadata }: Session) => metadata.name).toSorted()).toEqual(
      [first.metadata.name, second].toSorted(),
    );
  });
});

test('runs a Session that a person creates with inputs of its own', async () => {
  await inScenario('manual', async (scenario) => {
    const { apply, untilEnded } = scenario;
    await runHello(scenario);
    const session = (name: string, spec: object): object => ({
      apiVersion: 'orket.dev/v1alpha1',
      kind: 'Session',
      metadata: { name },
      spec,
    });
    await apply(
      session('mine', { flowRef: { name: 'hello' }, inputs: { name: 'Ada' } }),
      session('lost', { flowRef: { name: 'hello' }, cause: { type: 'Manual', digest: `sha256:${'0'.repeat(64)}` } }),
    );
    expect((await untilEnded('mine')).status).toMatchObject({ phase: 'Succeeded', result: 'Hello, Ada!' });
    expect((await untilEnded('lost')).status.conditions).toMatchObject([
      { type: 'Succeeded', status: 'False', reason: 'BundleNotFound' },
      { type: 'Stalled', status: 'True' },
    ]);
  });
});

test('runs a bundle again by its digest in the namespace that resolved it, and in no other', async () => {
  const byDigest = (name: string, digest: Digest): object => ({
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: { name },
    spec: { flowRef: { name: 'hello' }, cause: { type: 'Manual', digest } },
  });
  await inScenario('owner', async (owner) => {
    await owner.kubectl('apply', '-f', hello);
    await owner.kubectl('patch', 'flow', 'hello', '--type=merge', '-p', '{"spec":{"inputs":{"name":"owner"}}}');
    const digest = await eventually('a Session with the inputs of the owner', async () => {
      const { lastSession } = (await owner.get<Flow>('flow', 'hello')).status;
      if (lastSession === undefined) return undefined;
      const { status } = await owner.untilEnded(lastSession.name);
      return status.result === 'Hello, owner!' ? status.bundle?.digest : undefined;
    });
    await inScenario('stranger', async (stranger) => {
      await runHello(stranger);
      await Promise.all([stranger.apply(byDigest('again', digest)), owner.apply(byDigest('again', digest))]);
      const refused = await stranger.untilEnded('again');
      expect(refused.status.conditions).toMatchObject([
        { type: 'Succeeded', status: 'False', reason: 'BundleNotFound' },
        { type: 'Stalled', status: 'True' },
      ]);
      expect(refused.status.podRef).toBeUndefined();
      const again = await owner.untilEnded('again');
      expect(again.status).toMatchObject({ phase: 'Succeeded', result: 'Hello, owner!', bundle: { digest } });
    });
  });
});

test('says on the Flow why it cannot run on a cluster, or what it lacks', async () => {
  await inScenario('refused', async ({ kubectl, get }) => {
    await kubectl('apply', '-f', hello);
    const backends = [{ name: 'a', baseURL: 'https://models.example', model: 'm' }];
    const venue = JSON.stringify({ spec: { provider: 'openai', backends, replies: null } });
    await kubectl('patch', 'venue', 'scripted', '--type=merge', '-p', venue);
    const reason = (wanted: string): Promise<unknown> =>
      eventually(`Ready=False ${wanted}`, async () => {
        const { conditions = [] } = (await get<Flow>('flow', 'hello')).status;
        const found = conditions
          .filter(({ reason: is }) => is === wanted)
          .map(({ type, status }) => `${type}=${status}`);
        return found.length === 2 && found.includes('Stalled=True') && found.includes('Ready=False')
          ? found
          : undefined;
      });
    await reason('ProviderNotAvailable');
    await kubectl('delete', 'score/greet', 'venue/scripted');
    await reason('ReferenceNotFound');
    await kubectl('apply', '-f', hello);
    await kubectl('patch', 'flow', 'hello', '--type=merge', '-p', '{"spec":{"workspace":{"domain":{"path":"."}}}}');
    await reason('DomainNotReachable');
  });
});
