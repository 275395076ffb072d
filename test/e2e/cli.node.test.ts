import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { joinCluster } from '../cluster/cluster.ts';
import { checkout } from '../cluster/tools.ts';
import { installOrket } from './install.ts';
import { inScenario, type Scenario } from './scenario.ts';

beforeAll(() => installOrket(joinCluster()));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line against the cluster, as the user of a context of its kubeconfig. */
function orket({ cluster, namespace }: Scenario, args: readonly string[], context = 'admin'): Ended {
  const where = ['--kubeconfig', cluster.kubeconfig, '--context', context, '-n', namespace];
  const all = [join(checkout, 'cli/main.ts'), ...args, ...where];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', cwd: cluster.dir });
  return { code: status, stdout: stdout.trim(), stderr };
}

async function withHello(title: string, work: (scenario: Scenario) => Promise<void>): Promise<void> {
  await inScenario(title, async (scenario) => {
    await scenario.kubectl('apply', '-f', join(checkout, 'examples/01-hello'));
    await work(scenario);
  });
}

describe('orket on a cluster', () => {
  test('runs a Flow that the cluster has, with inputs of its own, and shows what became of it', async () => {
    await withHello('cli-run', async (scenario) => {
      const ran = orket(scenario, ['run', 'hello', '--input', 'name=Ada', '-o', 'json']);
      expect(ran).toMatchObject({ code: 0 });
      const session = JSON.parse(ran.stdout);
      expect(session.status).toMatchObject({ phase: 'Succeeded', result: 'Hello, Ada!' });
      const { name } = session.metadata;
      expect(ran.stderr).toContain(`Session ${name} of Flow hello in namespace ${scenario.namespace}`);

      const list = orket(scenario, ['get', 'sessions', name]).stdout.split('\n');
      expect(list[0]).toMatch(/^NAME +PHASE +MESSAGE +FLOW +ATTEMPT +AGE$/);
      expect(list[1]).toMatch(new RegExp(`^${name} +Succeeded .* hello +1 +\\d+s$`));
      expect(orket(scenario, ['describe', 'session', name]).stdout).toContain(session.status.stateDigest);
      expect(orket(scenario, ['events', name]).stdout).toMatch(/AttemptStarted[^]*SessionSucceeded/);
      expect(orket(scenario, ['get', 'flows', '-o', 'name']).stdout).toBe('flow.orket.dev/hello');
    });
  });

  test('creates a Session and goes, when told to', async () => {
    await withHello('cli-detach', async (scenario) => {
      const { code, stdout } = orket(scenario, ['run', 'hello', '--detach', '-o', 'name']);
      expect(code).toBe(0);
      const ended = await scenario.untilEnded(stdout.replace('session.orket.dev/', ''));
      expect(ended.status.phase).toBe('Succeeded');
    });
  });

  test('says what is not there, what is not allowed, and what cannot be reached', async () => {
    await withHello('cli-refused', async (scenario) => {
      const missing = orket(scenario, ['run', 'helo']);
      expect(missing).toMatchObject({ code: 2, stdout: '' });
      expect(missing.stderr).toMatch(/helo/);
      const forbidden = orket(scenario, ['get', 'sessions'], 'bob');
      expect(forbidden.code).toBe(24);
      expect(forbidden.stderr).toMatch(/Forbidden/);
      const elsewhere = orket(scenario, ['get', 'sessions'], 'nobody');
      expect(elsewhere.code).toBe(24);
      expect(elsewhere.stderr).toMatch(/nobody/);
    });
  });
});
