import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '#crds';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { joinCluster } from '../cluster/cluster.ts';
import { installOrket, systemNamespace } from './install.ts';
import { askGateway, eventually, inScenario, runLocally, type Scenario } from './scenario.ts';
import { sessionOf, slowFlow } from './slow-flow.ts';

/** What a run that nothing disturbs comes to. */
let undisturbed: Session;

beforeAll(async () => {
  await installOrket(joinCluster());
  const folder = mkdtempSync(join(tmpdir(), 'orket-slow-'));
  writeFileSync(
    join(folder, 'slow.yaml'),
    slowFlow()
      .map((object) => stringify(object))
      .join('---\n'),
  );
  undisturbed = runLocally(folder);
  rmSync(folder, { recursive: true });
});

/** Processes of a Session on this node: the test is in the namespaces of the cluster. */
function processesOf({ metadata }: Session): readonly number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return args[1]?.endsWith('/session.cjs') && args.includes(metadata.uid ?? '') ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

async function untilRunning({ get }: Scenario, name: string): Promise<Session> {
  return eventually(`${name} runs`, async () => {
    const session = await get<Session>('session', name);
    return processesOf(session).length > 0 ? session : undefined;
  });
}

/** Whatever happened, the end is that of an undisturbed run, and the journal tells it whole. */
function expectUndisturbed(scenario: Scenario, session: Session): void {
  const { phase, stateDigest, result, artifacts } = session.status;
  expect({ phase, stateDigest, result, artifacts }).toEqual({
    phase: 'Succeeded',
    stateDigest: undisturbed.status.stateDigest,
    result: undisturbed.status.result,
    artifacts: undisturbed.status.artifacts,
  });
  const records = scenario.journal(session);
  expect(records.at(-1)?.epoch).toBe(session.status.attempt);
  expect(records.at(-1)?.type).toBe('session.ended');
  expect(records.filter(({ type }) => type === 'session.ended')).toHaveLength(1);
}

test('goes on after its process was killed at any moment, with the same workspace', async () => {
  await inScenario('killed', async (scenario) => {
    const delays = [0, 150, 400, 900, 1600, 2400].map((ms) => ms + Math.random() * 300);
    await scenario.apply(...slowFlow(), ...delays.map((_, index) => sessionOf(`kill-${index}`)));
    const kill = async (delayMs: number, index: number): Promise<Session> => {
      const session = await untilRunning(scenario, `kill-${index}`);
      await sleep(delayMs);
      for (const pid of processesOf(session)) process.kill(pid, 'SIGKILL');
      return scenario.untilEnded(`kill-${index}`);
    };
    const sessions = await Promise.all(delays.map(kill));
    for (const session of sessions) expectUndisturbed(scenario, session);
    // At least those that were killed in the first second had not ended yet.
    expect(sessions.filter(({ status }) => (status.attempt ?? 0) > 1).length).toBeGreaterThanOrEqual(3);
  });
});

test('goes on after its pod was deleted, in order or by force', async () => {
  await inScenario('deleted', async (scenario) => {
    await scenario.apply(...slowFlow(), sessionOf('gently'), sessionOf('by-force'));
    const end = async (name: string, ...how: readonly string[]): Promise<void> => {
      const session = await untilRunning(scenario, name);
      await eventually(
        'a first step',
        async () => ((await scenario.get<Session>('session', name)).status.progress?.done ?? 0) > 0 || undefined,
      );
      await scenario.kubectl('delete', 'pod', `${name}-a1`, '--wait=false', ...how);
      const ended = await scenario.untilEnded(session.metadata.name);
      expect(ended.status.attempt).toBe(2);
      expectUndisturbed(scenario, ended);
    };
    await Promise.all([end('gently'), end('by-force', '--grace-period=0', '--force')]);
  });
});

test('takes nothing more from a pod once the next attempt has begun', async () => {
  await inScenario('stale', async (scenario) => {
    await scenario.apply(...slowFlow(), sessionOf('stale'));
    const { metadata } = await untilRunning(scenario, 'stale');
    const token = await scenario.tokenFor('stale-a1');
    const path = `/v1/sessions/${metadata.uid}/journal/append`;
    const body = { lines: ['{}'], epoch: 1, expectedHead: '0'.repeat(64), firstSeq: 1, sync: true };
    const ask = (bearer: string | null) => askGateway(scenario.cluster, { method: 'POST', path, token: bearer, body });
    // The token is good as long as its pod runs the newest attempt: what it wants to append is not.
    expect((await ask(token)).reason).toMatch(/HeadMismatch|JournalCorrupt/);
    for (const pid of processesOf({ ...undisturbed, metadata })) process.kill(pid, 'SIGKILL');
    const session = await scenario.untilEnded('stale');
    expect(session.status.attempt).toBe(2);
    expect(await ask(await scenario.tokenFor('stale-a1'))).toEqual({ status: 409, reason: 'StaleEpoch' });
    expectUndisturbed(scenario, session);
  });
});

test('waits for a gateway that is away, and goes on in the same attempt', async () => {
  await inScenario('gateway', async (scenario) => {
    await scenario.apply(...slowFlow(), sessionOf('waits'));
    await untilRunning(scenario, 'waits');
    await sleep(500 + Math.random() * 1000);
    await scenario.cluster.kubectl([
      '-n',
      systemNamespace,
      'delete',
      'pod',
      'orket-gateway-0',
      '--grace-period=0',
      '--force',
    ]);
    const session = await scenario.untilEnded('waits');
    expect(session.status.attempt).toBe(1);
    expectUndisturbed(scenario, session);
  });
});

test('finishes what a controller that was killed had begun', async () => {
  await inScenario('controller', async (scenario) => {
    await scenario.apply(...slowFlow(), sessionOf('orphan'));
    await untilRunning(scenario, 'orphan');
    const pods = ['-n', systemNamespace, 'delete', 'pod', '-l', 'app.kubernetes.io/name=orket-controller'];
    await scenario.cluster.kubectl([...pods, '--grace-period=0', '--force']);
    const session = await scenario.untilEnded('orphan');
    expect(session.status.attempt).toBe(1);
    expectUndisturbed(scenario, session);
  });
});
