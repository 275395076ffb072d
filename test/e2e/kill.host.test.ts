import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { band, closure, flow, role, score, scripted } from './manifests.ts';
import { Sandbox, type Running } from './sandbox.ts';
import { sessionProcess } from './session-process.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const steps = ['one', 'two', 'three', 'four'];

/** Four steps that each write two files, the second with what the first holds; the last takes its time to answer. */
function writers(maxAttempts: number): readonly object[] {
  const path = '${{ request.input.name }}';
  const venue = scripted(
    {
      when: 'request.turn == 1',
      toolCalls: [{ name: 'files.write', arguments: { path, text: path } }],
    },
    { when: 'request.turn == 2', toolCalls: [{ name: 'files.read', arguments: { path } }] },
    {
      when: 'request.turn == 3',
      toolCalls: [
        { name: 'files.write', arguments: { path: `${path}.copy`, text: '${{ request.results[1].output.text }}' } },
      ],
    },
    { when: "request.input.name == 'four.txt'", text: path, delaySeconds: 1 },
    { text: path },
  );
  return closure({
    flow: flow({ spec: { sessionTemplate: { maxAttempts } } }),
    band: band({ spec: { roles: [role()] } }),
    venue,
    score: score(...steps.map((id) => ({ id, role: 'worker', task: 'Write.', input: { name: `${id}.txt` } }))),
  });
}

/** The same numbers each time: from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Until a process that is no child of ours has ended. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Kills the session process `times` times, each time that many milliseconds after it was seen. */
async function killAgain({ child }: Running, times: number, random: () => number): Promise<number> {
  let kills = 0;
  let last: number | null = null;
  while (kills < times && child.exitCode === null) {
    const pid = sessionProcess(child.pid ?? 0);
    if (pid === null || pid === last) {
      await pause(5);
      continue;
    }
    await pause(random() * 700);
    if (sessionProcess(child.pid ?? 0) !== pid) continue;
    process.kill(pid, 'SIGKILL');
    last = pid;
    kills += 1;
  }
  return kills;
}

async function stateOf(session: string): Promise<{ readonly stateDigest: string; readonly attempt: number }> {
  return JSON.parse((await sandbox.orket('get', 'session', session, '-o', 'json')).stdout).status;
}

describe('a session process that is killed', () => {
  it('again and again at random moments goes on in the same workspace to the same end', async () => {
    sandbox.manifests('flow.yaml', writers(10));
    expect(await sandbox.orket('run', 'flow.yaml')).toMatchObject({ code: 0, stdout: 'four.txt\n' });
    const [calm = ''] = sandbox.sessions();
    const { stateDigest } = await stateOf(calm);
    const random = seeded(20_260_704);
    let kills = 0;
    for (let round = 0; round < 3; round += 1) {
      const before = new Set(sandbox.sessions());
      const running = sandbox.start(['run', 'flow.yaml']);
      kills += await killAgain(running, 4, random);
      const run = await running.ended;
      expect(run, run.output).toMatchObject({ code: 0, stdout: 'four.txt\n' });
      const name = sandbox.sessions().find((session) => !before.has(session)) ?? '';
      expect((await stateOf(name)).stateDigest).toBe(stateDigest);
      expect(readdirSync(sandbox.sessionFile(name, 'workspace')).toSorted()).toEqual(
        steps.flatMap((id) => [`${id}.txt`, `${id}.txt.copy`]).toSorted(),
      );
      expect(await sandbox.orket('verify', name)).toMatchObject({ code: 0 });
    }
    expect(kills).toBe(12);
  }, 120_000);

  it('leaves a journal that can be read at every moment', async () => {
    sandbox.manifests('flow.yaml', writers(10));
    const running = sandbox.start(['run', 'flow.yaml']);
    await running.said('step.started');
    const [name = ''] = sandbox.sessions();
    const killing = killAgain(running, 6, seeded(7));
    let read = 0;
    while (running.child.exitCode === null) {
      const events = await sandbox.orket('events', name, '-o', 'jsonl');
      expect(events.code, events.output).toBe(0);
      const records = events.stdout.trimEnd().split('\n').length;
      expect(records).toBeGreaterThanOrEqual(read);
      read = records;
    }
    expect(await killing).toBeGreaterThan(0);
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  it('as often as attempts are allowed fails the Session', async () => {
    sandbox.manifests('flow.yaml', writers(2));
    const running = sandbox.start(['run', 'flow.yaml', '-o', 'json']);
    await running.said('Session demo-');
    // A follower ends too, though no record says that the Session did.
    const [name = ''] = await sessionsOnceThere();
    const followed = sandbox.start(['events', name, '-f']);
    expect(await killAgain(running, 2, () => 0)).toBe(2);
    const run = await running.ended;
    expect(run.code, run.output).toBe(20);
    expect(run.stderr).toContain('Attempt 1 ended without a result');
    const { status } = JSON.parse(run.stdout);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Succeeded', reason: 'AttemptsExhausted' }),
    );
    expect(await followed.ended).toMatchObject({ code: 0 });
  });
});

async function sessionsOnceThere(): Promise<readonly string[]> {
  while (sandbox.sessions().length === 0) await pause(5);
  return sandbox.sessions();
}

describe('a command line that is killed', { timeout: 180_000 }, () => {
  it('leaves a journal that events and verify read', async () => {
    sandbox.manifests('flow.yaml', closure({ venue: scripted({ text: 'done', delaySeconds: 3 }) }));
    const running = sandbox.start(['run', 'flow.yaml']);
    await running.said('model.request');
    const orphan = sessionProcess(running.child.pid ?? 0);
    running.child.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    const [name = ''] = sandbox.sessions();
    for (const verb of ['events', 'verify']) expect(await sandbox.orket(verb, name)).toMatchObject({ code: 0 });
    const followed = await sandbox.orket('events', name, '-f');
    expect(followed.stdout).toContain('session.ended');
    expect(orphan).not.toBeNull();
    // The command wrote nothing after its end: the journal tells, wherever a status is shown.
    expect(sandbox.read(name, 'session.yaml')).toContain('phase: Running');
    await gone(orphan ?? 0);
    expect((await stateOf(name)).stateDigest).toMatch(/^sha256:/);
    expect((await sandbox.orket('get', 'sessions')).stdout).toMatch(/demo-\S+ +Succeeded +1 step/);
    expect((await sandbox.orket('describe', 'session', name)).stdout).toMatch(/^Phase: +Succeeded$/m);
    expect(await sandbox.orket('resume', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has ended'),
    });
  });

  it('with its session process shows a Session that waits to be gone on with', async () => {
    sandbox.manifests('flow.yaml', closure({ venue: scripted({ text: 'done', delaySeconds: 2 }) }));
    const running = sandbox.start(['run', 'flow.yaml']);
    await running.said('model.request');
    const orphan = sessionProcess(running.child.pid ?? 0) ?? 0;
    running.child.kill('SIGKILL');
    process.kill(orphan, 'SIGKILL');
    await Promise.all([running.ended, gone(orphan)]);
    const [name = ''] = sandbox.sessions();
    expect((await sandbox.orket('get', 'sessions')).stdout).toMatch(/demo-\S+ +Queued +Waiting: its process is gone/);
    expect(await sandbox.orket('resume', name)).toMatchObject({ code: 0, stdout: 'done\n' });
    expect((await sandbox.orket('get', 'sessions')).stdout).toMatch(/demo-\S+ +Succeeded/);
  });
});
