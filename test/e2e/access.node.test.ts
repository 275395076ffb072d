import type { Flow, Session } from '#crds';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { joinCluster } from '../cluster/cluster.ts';
import { checkout } from '../cluster/tools.ts';
import { installOrket, systemNamespace } from './install.ts';
import { askGateway, eventually, inScenario } from './scenario.ts';

beforeAll(() => installOrket(joinCluster()));

const controller = `system:serviceaccount:${systemNamespace}:orket-controller`;
const gateway = `system:serviceaccount:${systemNamespace}:orket-gateway`;

/** Whether an account may do something, in the words of `kubectl auth can-i`. */
async function may(account: string, ...question: readonly string[]): Promise<string> {
  const args = ['--context', 'admin', 'auth', 'can-i', ...question, `--as=${account}`];
  const { stdout } = await joinCluster().exec('kubectl', args, { stdio: 'capture' });
  return stdout.trim();
}

test('gives the controller what it needs and nothing that would let it read or become anybody else', async () => {
  const needs = [
    ['list', 'flows.orket.dev', '-A'],
    ['patch', 'sessions.orket.dev', '--subresource=status', '-A'],
    ['create', 'pods', '-A'],
    ['get', 'configmaps/orket-gateway-ca', '-n', systemNamespace],
  ];
  const never = [
    ['get', 'secrets', '-A'],
    ['get', 'configmaps', '-A'],
    ['create', 'pods', '--subresource=exec', '-A'],
    ['get', 'pods', '--subresource=log', '-A'],
    ['create', 'serviceaccounts', '--subresource=token', '-A'],
    ['patch', 'sessions.orket.dev', '-A'],
    ['delete', 'sessions.orket.dev', '-A'],
    ['patch', 'flows.orket.dev', '-A'],
    ['patch', 'configmaps/orket-gateway-ca', '-n', systemNamespace],
    ['create', 'clusterrolebindings.rbac.authorization.k8s.io'],
    ['impersonate', 'users'],
    ['*', '*', '-A'],
  ];
  expect(await Promise.all(needs.map((question) => may(controller, ...question)))).toEqual(needs.map(() => 'yes'));
  expect(await Promise.all(never.map((question) => may(controller, ...question)))).toEqual(never.map(() => 'no'));
});

test('lets the gateway ask who a token belongs to and show its certificate, and nothing else', async () => {
  const needs = [
    ['create', 'tokenreviews.authentication.k8s.io'],
    ['patch', 'configmaps/orket-gateway-ca', '-n', systemNamespace],
  ];
  const never = [
    ['get', 'secrets', '-A'],
    ['list', 'sessions.orket.dev', '-A'],
    ['list', 'pods', '-A'],
    ['create', 'configmaps', '-n', systemNamespace],
    ['create', 'subjectaccessreviews.authorization.k8s.io'],
  ];
  expect(await Promise.all(needs.map((question) => may(gateway, ...question)))).toEqual(needs.map(() => 'yes'));
  expect(await Promise.all(never.map((question) => may(gateway, ...question)))).toEqual(never.map(() => 'no'));
});

test("refuses at the gateway whoever is not the pod of the Session, and every stranger what is the controller's", async () => {
  await inScenario('strangers', async (scenario) => {
    const { cluster, kubectl, get, untilEnded, tokenFor } = scenario;
    await kubectl('apply', '-f', join(checkout, 'examples/01-hello'));
    const name = await eventually('a Session', async () => (await get<Flow>('flow', 'hello')).status.lastSession?.name);
    const { metadata }: Session = await untilEnded(name);
    const ask = (token: string | null, path = 'launch') =>
      askGateway(cluster, { method: 'GET', path: `/v1/sessions/${metadata.uid}/${path}`, token });

    expect(await ask(await tokenFor(`${name}-a1`))).toMatchObject({ status: 200 });
    expect(await ask(null)).toEqual({ status: 401, reason: 'Forbidden' });
    expect(await ask('forged')).toEqual({ status: 401, reason: 'Forbidden' });
    expect(await ask(await tokenFor(`${name}-a1`, 'https://kubernetes.default.svc'))).toEqual({
      status: 401,
      reason: 'Forbidden',
    });
    const unbound = (await kubectl('create', 'token', 'default', '--audience=orket-gateway')).trim();
    expect(await ask(unbound)).toEqual({ status: 403, reason: 'Forbidden' });
    expect(await ask(await tokenFor(`${name}-a1`), 'projection')).toEqual({ status: 403, reason: 'Forbidden' });

    await inScenario('strangers-next-door', async (other) => {
      const twin = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${name}-a1` },
        spec: { containers: [{ name: 'c', image: 'none' }] },
      };
      await other.apply(twin);
      expect(await ask(await other.tokenFor(`${name}-a1`))).toEqual({ status: 403, reason: 'Forbidden' });
    });
    // Another pod under the name of the one that came first.
    await kubectl('delete', 'pod', `${name}-a1`);
    await scenario.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-a1` },
      spec: { containers: [{ name: 'c', image: 'none' }] },
    });
    expect(await ask(await tokenFor(`${name}-a1`))).toEqual({ status: 403, reason: 'Forbidden' });
  });
});
