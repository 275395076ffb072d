import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { band, closure, role, score, scripted } from './manifests.ts';
import { root, Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** Runs a command that makes a Session, and gives its name with what it printed. */
async function made(...args: readonly string[]) {
  const before = new Set(sandbox.sessions());
  const run = await sandbox.orket(...args);
  const name = sandbox.sessions().find((session) => !before.has(session)) ?? '';
  return { name, run };
}

async function sessionOf(name: string) {
  return JSON.parse((await sandbox.orket('get', 'session', name, '-o', 'json')).stdout);
}

function recordsOf(name: string) {
  return sandbox
    .read(name, 'journal.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The example in a folder of its own, so that it is its whole domain. */
function example(): void {
  cpSync(join(root, 'examples/02-review'), join(sandbox.path, 'review'), { recursive: true });
}

describe('orket fork of an example', { timeout: 240_000 }, () => {
  it('without a change comes to the state of its parent, and lineage stands on both', async () => {
    example();
    const { name: parent } = await made('run', 'review');
    const journal = sandbox.read(parent, 'journal.jsonl');
    const { name: fork, run } = await made('fork', parent, '--at', 'criticise#1/t2');
    expect(run, run.output).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(new RegExp(`^Session ${fork}, a fork of ${parent} before criticise#1/t2: \\d+ facts`));
    const [before, after] = [await sessionOf(parent), await sessionOf(fork)];
    expect(after.status).toMatchObject({ phase: 'Succeeded', attempt: 1, stateDigest: before.status.stateDigest });
    expect(after.spec.from).toEqual({ session: parent, uid: before.metadata.uid, at: 'criticise#1/t2' });
    expect(before.status.forks).toEqual([{ session: fork, uid: after.metadata.uid, at: 'criticise#1/t2' }]);
    expect(sandbox.read(parent, 'journal.jsonl')).toBe(journal);
    const [started, forked] = recordsOf(fork);
    expect(started.body.provenance).toMatchObject({ session: fork, from: { session: parent } });
    const head = JSON.parse(journal.trimEnd().split('\n').at(-1) ?? '').hash;
    expect(forked).toMatchObject({ type: 'session.forked', body: { parentHead: { head } } });
    expect(
      recordsOf(fork)
        .filter(({ type }) => type === 'call.intent')
        .map(({ path }) => path),
    ).toEqual(['criticise#1~1', 'report#1~1']);
    expect((await sandbox.orket('diff', parent, fork)).stdout).not.toMatch(/What was run|What happened/);
    expect((await sandbox.orket('describe', 'session', parent)).stdout).toContain(`Forks:\n  NAME`);
    expect((await sandbox.orket('describe', 'session', fork)).stdout).toContain(`${parent}, forked at criticise#1/t2`);
    const tree = (await sandbox.orket('tree', fork)).stdout;
    expect(tree).toMatch(/^survey#1 .*succeeded, taken over/m);
    expect(tree).toMatch(/^├─ t1 .*answered, taken over/m);
    expect(tree).toMatch(/^report#1 +role editor +succeeded +\d/m);
  });

  it('with what was changed runs on from there, and is verified, replayed and exported like any other', async () => {
    example();
    const { name: parent } = await made('run', 'review');
    sandbox.write('terse.md', 'You write one sentence.');
    const { name: fork, run } = await made('fork', parent, '--at', 'report#1', '--prompt', 'editor=@terse.md');
    expect(run, run.output).toMatchObject({ code: 0 });
    const diff = JSON.parse((await sandbox.orket('diff', parent, fork, '-o', 'json')).stdout);
    expect(diff).toMatchObject({
      closure: [{ field: 'roles[editor].prompt', after: 'You write one sentence.' }],
      firstPath: 'report#1/t1',
    });
    const verified = await sandbox.orket('verify', fork);
    expect(verified.stdout).toContain('proven: anchored on this machine');
    expect(verified).toMatchObject({ code: 0 });
    expect(await sandbox.orket('replay', fork)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^same/) });
    expect(await sandbox.orket('export', fork, 'fork.orket')).toMatchObject({ code: 0 });
    const elsewhere = new Sandbox();
    try {
      elsewhere.write('fork.orket', readFileSync(join(sandbox.path, 'fork.orket')));
      const alone = await elsewhere.orket('verify', 'fork.orket');
      expect(alone, alone.output).toMatchObject({ code: 0, stdout: expect.stringContaining('proven: chain only') });
      expect(await elsewhere.orket('replay', 'fork.orket')).toMatchObject({ code: 0 });
      expect((await elsewhere.orket('tree', 'fork.orket')).stdout).toContain('taken over');
    } finally {
      elsewhere.remove();
    }
  });

  it('runs manifests as they are now, with the inputs of its parent and those that are given', async () => {
    example();
    const { name: parent } = await made('run', 'review', '--input', 'pattern=provider');
    const score = join(sandbox.path, 'review/score.yaml');
    writeFileSync(score, readFileSync(score, 'utf8').replace('Write the review.', 'Write it anew.'));
    const { name: fork, run } = await made('fork', parent, '--at', 'report#1', '-f', 'review');
    expect(run, run.output).toMatchObject({ code: 0 });
    expect((await sessionOf(fork)).spec.inputs).toEqual({ pattern: 'provider' });
    expect(JSON.parse(sandbox.read(fork, 'bundle.json')).steps[2].task).toBe('Write it anew.');
    const again = await made('fork', fork, '--at', 'criticise#1', '-f', 'review', '--input', 'pattern=prompt');
    expect(again.run, again.run.output).toMatchObject({ code: 0 });
    expect((await sessionOf(again.name)).spec).toMatchObject({
      inputs: { pattern: 'prompt' },
      from: { session: fork },
    });
    expect(await sandbox.orket('replay', again.name)).toMatchObject({ code: 0 });
  });

  it('takes what a person says that a call came to', async () => {
    example();
    const { name: parent } = await made('run', 'review');
    const path = 'criticise#1/t1/c1';
    const outcome = `${path}={"matches":[{"path":"domain:a.md","line":7,"text":"x"}],"truncated":false}`;
    const { name: fork, run } = await made('fork', parent, '--at', path, '--outcome', outcome);
    expect(run, run.output).toMatchObject({ code: 0, stdout: expect.stringContaining('domain:a.md, line 7') });
    expect(await sandbox.orket('replay', fork)).toMatchObject({ code: 0 });
  });
});

describe('orket fork', { timeout: 240_000 }, () => {
  const two = (): readonly object[] =>
    closure({
      band: band({ spec: { roles: [role()] } }),
      venue: scripted({ when: "request.task == 'Two.'", text: 'two', delaySeconds: 2 }, { text: 'one' }),
      score: score({ id: 'one', role: 'worker', task: 'One.' }, { id: 'two', role: 'worker', task: 'Two.' }),
    });

  it('refuses what cannot be, and leaves nothing', async () => {
    sandbox.manifests('flow.yaml', closure());
    const { name } = await made('run', 'flow.yaml');
    for (const [args, words] of [
      [['--at', 'work#7'], 'there is no such path'],
      [['--at', 'work#1~1'], 'without attempts'],
      [['--at', 'work#1', '--prompt', 'wroker=x'], 'Did you mean "worker"?'],
      [['--at', 'work'], 'Did you mean "work#1"?'],
      [['--at', 'wrok#1'], 'Did you mean "work#1"?'],
      [['--at', 'work#1', '--outcome', 'work#1=blue'], '--outcome work#1, offset 0: '],
      [['--at', 'work#1', '--outcome', 'work#1=blue'], `--outcome 'work#1="TEXT"'`],
    ] as const) {
      const run = await sandbox.orket('fork', name, ...args);
      expect(run, run.output).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain(words);
    }
    expect((await sessionOf(name)).status.forks).toBeUndefined();
    const path = sandbox.sessionFile(name, 'journal.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"work#1~1"', '"work#1~2"'));
    expect(await sandbox.orket('fork', name, '--at', 'work#1')).toMatchObject({ code: 23 });
    expect(sandbox.sessions()).toEqual([name]);
  });

  it('of a Session that still runs is a Session of its own, cancelled and retried by itself', async () => {
    sandbox.manifests('flow.yaml', two());
    const parent = sandbox.start(['run', 'flow.yaml']);
    await parent.said('two#1~1/t1~1');
    const [name = ''] = sandbox.sessions();
    const forking = sandbox.start(['fork', name, '--at', 'two#1']);
    await forking.said('two#1~1/t1~1');
    const fork = sandbox.sessions().find((session) => session !== name) ?? '';
    forking.child.kill('SIGINT');
    expect(await forking.ended).toMatchObject({ code: 22 });
    expect(await parent.ended).toMatchObject({ code: 0, stdout: 'two\n' });
    expect((await sessionOf(fork)).status.phase).toBe('Cancelled');
    expect((await sessionOf(name)).status).toMatchObject({ phase: 'Succeeded', forks: [{ session: fork }] });
    const retried = await made('retry', fork);
    expect(retried.run).toMatchObject({ code: 0, stdout: 'two\n' });
  });
});
