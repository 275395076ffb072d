import { beforeAll, expect, test } from 'vitest';
import { joinCluster } from '../cluster/cluster.ts';
import { installOrket } from './install.ts';
import { closure, score } from './manifests.ts';
import { inScenario } from './scenario.ts';

beforeAll(() => installOrket(joinCluster()));

const apiVersion = 'orket.dev/v1alpha1';

test('goes on by itself when the gate expires that a Session without a pod waits at', async () => {
  await inScenario('expiry', async (scenario) => {
    // A pod that only waits for people is gone after ten seconds.
    const rule = { name: 'ask', match: 'call.name == "files.write"', action: 'approve', expiresAfterSeconds: 18 };
    const policy = {
      apiVersion,
      kind: 'Policy',
      metadata: { name: 'ask' },
      spec: { rules: [{ ...rule, onExpiry: 'allow' }] },
    };
    const write = { id: 'write', tool: 'files.write', input: { path: 'a.md', text: 'written' } };
    const session = { apiVersion, kind: 'Session', metadata: { name: 'waits' }, spec: { flowRef: { name: 'demo' } } };
    await scenario.apply(policy, ...closure({ score: score(write) }), session);
    const ended = await scenario.untilEnded('waits');
    expect(ended.status).toMatchObject({ phase: 'Succeeded', attempt: 2 });
    const records = scenario.journal(ended);
    const told = records.flatMap(({ type }) =>
      ['gate.opened', 'session.parked', 'gate.decided', 'call.outcome'].includes(type) ? [type] : [],
    );
    expect(told).toEqual(['gate.opened', 'session.parked', 'gate.decided', 'call.outcome']);
    expect(records.find(({ type }) => type === 'gate.decided')?.body).toMatchObject({ verdict: 'approved', by: [] });
  });
});
