import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleDigest } from '#crds';
import { replay, semanticsOf, sendToInbox, type Decision } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { asking } from './asking.ts';
import { atTerminal } from './person.ts';
import { Sandbox } from './sandbox.ts';

const me = userInfo().username;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const run = ['run', 'flow.yaml'] as const;
const question = 'approve it? [y]es, [n]o, [e]dit the input, [s]kip: ';

function session(): string {
  const [name = ''] = sandbox.sessions();
  return name;
}

async function expectReplay(): Promise<void> {
  expect(await replay(await recordingIn(sandbox.sessionFile(session(), '')))).toMatchObject({ verdict: 'same' });
}

/** Somebody else of whom nobody knows who they are, and what they say to the gate that is open. */
async function anotherSays(name: string, verdict: Decision['verdict']): Promise<void> {
  const { records, bundle } = await recordingIn(sandbox.sessionFile(session(), ''));
  const gate = records.findLast(({ type }) => type === 'gate.opened');
  const [started] = records;
  if (gate?.type !== 'gate.opened' || started?.type !== 'session.started') throw new Error('no gate is open');
  sendToInbox(sandbox.sessionFile(session(), 'inbox'), {
    id: `said-${name}`,
    from: { name, groups: [], verifiedBy: 'none' },
    kind: 'decision',
    gate: `g${gate.seq}`,
    gateDigest: semanticsOf(started.body.semantics).gateDigest(
      started.body.uid,
      gate.seq,
      gate.body.callDigest,
      bundleDigest(bundle),
    ),
    verdict,
    note: '',
  });
}

describe('orket run on a terminal', () => {
  it('shows the exact call and asks; a model is told why not, and gets what was approved instead', async () => {
    sandbox.manifests('flow.yaml', asking());
    const person = atTerminal(sandbox, ...run);
    await person.sees('Asks:        to call files.write');
    await person.sees('Why:         rule writes of the Policy asks for approval');
    await person.sees('Decision:    sha256:');
    await person.sees('"text": "one \\u001b[31mred"');
    await person.sees(question);
    person.types('what?');
    await person.sees(question);
    person.types('n');
    await person.sees('why not?');
    person.types('not in red');
    await person.sees('"text": "two, for people denied this call: not in red"');
    await person.sees(question);
    person.types('e');
    await person.sees('now: {"path":"workspace:a.txt"');
    await person.sees('empty to leave it: ');
    person.types('{"path": "b.txt"');
    await person.sees('That is no JSON object');
    await person.sees(question);
    person.types('e');
    await person.sees('empty to leave it: ');
    person.types('{"path": 7}');
    await person.sees('expected a member "text"; type string at /path, found {"path":7}. Mend the input');
    await person.sees(question);
    person.types('e');
    await person.sees('empty to leave it: ');
    person.types('{"text": "plain", "path": "workspace:b.txt"}');
    await person.sees('Instead, with input:');
    await person.sees('"path": "workspace:b.txt"');
    await person.sees('approve it so? [y]es, [n]o: ');
    person.types('y');
    await person.sees('wrote workspace:b.txt');
    expect(await person.ended).toMatchObject({ code: 0, stdout: expect.not.stringContaining('\u001b[31m') });
    expect(sandbox.read(session(), 'workspace/b.txt')).toBe('plain');
    await expectReplay();
  });

  it('takes nothing for an answer that was typed before the question', async () => {
    sandbox.manifests('flow.yaml', asking({ delaySeconds: 1 }));
    const person = atTerminal(sandbox, ...run, '--park-after', '1');
    await person.sees('model.request');
    person.types('y');
    await person.sees(question);
    person.types('s');
    expect(await person.ended).toMatchObject({ code: 21 });
    expect(sandbox.read(session(), 'journal.jsonl')).not.toContain('gate.decided');
  });

  it('is cancelled by Ctrl-C while it asks', async () => {
    sandbox.manifests('flow.yaml', asking());
    const person = atTerminal(sandbox, ...run);
    await person.sees(question);
    person.presses('\u0003');
    const { code, stdout } = await person.ended;
    expect(code, stdout).toBe(22);
    expect(stdout).toContain('Cancelled');
    expect(stdout).not.toContain('meanwhile');
    await expectReplay();
  });

  it('is cancelled by Ctrl-C where its process went away while it asks', async () => {
    sandbox.manifests('flow.yaml', asking());
    const person = atTerminal(sandbox, ...run, '--park-after', '0');
    await person.sees('session.parked');
    person.presses('\u0003');
    const { code, stdout } = await person.ended;
    expect(code, stdout).toBe(22);
    await expectReplay();
  });

  it('says so where somebody else decides meanwhile, and goes on', async () => {
    sandbox.manifests('flow.yaml', asking());
    const person = atTerminal(sandbox, ...run);
    await person.sees(question);
    const other = await sandbox.orket('approve', session(), '--note', 'seen');
    expect(other, other.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining(`approved by ${me}`) });
    await person.sees(`approved by ${me} meanwhile`);
    const { code, stdout } = await person.ended;
    expect(code, stdout).toBe(0);
    expect(stdout.split(question)).toHaveLength(2);
  });

  it('tells how many people it takes, and waits for the others', async () => {
    sandbox.manifests('flow.yaml', asking({ approvers: { quorum: 2, minIdentity: 'none' } }));
    const person = atTerminal(sandbox, ...run);
    await person.sees('So far:      0 of 2 people have decided');
    await person.sees(question);
    person.types('y');
    await person.sees(`1 of 2 people have decided: ${me}`);
    await anotherSays('bob', 'approve');
    await person.sees(`approved by ${me}, bob`);
    expect(await person.ended).toMatchObject({ code: 0 });
    await expectReplay();
  });

  it('says who may decide to somebody who may not, and leaves it to them', async () => {
    sandbox.manifests('flow.yaml', asking({ approvers: { users: ['bob'] } }));
    const person = atTerminal(sandbox, ...run, '--park-after', '1');
    await person.sees('May decide:  bob');
    await person.sees(question);
    person.types('y');
    await person.sees(`${me} is not among those who may decide gate`);
    await person.sees(question);
    person.types('s');
    expect(await person.ended).toMatchObject({ code: 21 });
  });

  it('tells until when a gate waits, and that it has expired', async () => {
    sandbox.manifests('flow.yaml', asking({ expiresAfterSeconds: 5 }));
    const person = atTerminal(sandbox, ...run);
    await person.sees('then denied');
    await person.sees(question);
    await person.sees('expired meanwhile');
    await person.sees(question);
    person.types('y');
    expect(await person.ended).toMatchObject({ code: 0 });
  });
});

describe('a Session that is parked', () => {
  it('has no process, says how to decide, and goes on with the next decision', async () => {
    sandbox.manifests('flow.yaml', asking());
    const parked = await sandbox.orket(...run, '--park-after', '0');
    expect(parked, parked.output).toMatchObject({ code: 21, stdout: '' });
    const [, gate] = /orket approve \S+ (g\d+)$/m.exec(parked.stderr) ?? [];
    expect(parked.stderr).toContain(`orket deny ${session()} ${gate}`);
    const described = await sandbox.orket('describe', 'session', session());
    expect(described.stdout).toContain(`\nWaits for:\n  Gate:        ${gate} at work#1~1/`);
    expect(described.stdout).toContain('      "text": "one \\u001b[31mred"');
    const denied = await sandbox.orket('deny', session(), gate ?? '', '--note', 'later');
    expect(denied, denied.output).toMatchObject({ code: 21 });
    expect(denied.stderr).toContain('people denied this call: later');
    const approved = await sandbox.orket('approve', session());
    expect(approved, approved.output).toMatchObject({ code: 0 });
    expect(approved.stdout).toMatch(/^wrote workspace:a.txt/);
    await expectReplay();
  });

  it('goes on without a decision once its gate has expired', async () => {
    sandbox.manifests('flow.yaml', asking({ expiresAfterSeconds: 6, onExpiry: 'allow' }));
    const parked = await sandbox.orket(...run, '--park-after', '0');
    expect(parked, parked.output).toMatchObject({ code: 21 });
    const [, until = ''] = /until (\S+), after that: orket resume/.exec(parked.stderr) ?? [];
    const early = await sandbox.orket('resume', session());
    expect(early, early.output).toMatchObject({ code: 21 });
    expect(sandbox.read(session(), 'journal.jsonl').split('attempt.started')).toHaveLength(2);
    await sleep(Date.parse(until) - Date.now() + 1);
    const stands = await sandbox.orket('get', 'sessions');
    expect(stands.stdout).toMatch(/Nobody decided g\d+ in time; go on with "orket resume/);
    const late = await sandbox.orket('approve', session());
    expect(late, late.output).toMatchObject({ code: 2, stderr: expect.stringContaining('orket resume') });
    const resumed = await sandbox.orket('resume', session());
    expect(resumed, resumed.output).toMatchObject({ code: 0 });
    expect(resumed.stdout).toMatch(/^wrote workspace:a.txt/);
    expect((await sandbox.orket('events', session())).stdout).toContain('approved, as nobody decided in time');
    await expectReplay();
  });

  it('is sent no input that the call cannot be made with, and waits as before', async () => {
    sandbox.manifests('flow.yaml', asking());
    await sandbox.orket(...run, '--park-after', '0');
    const wrong = await sandbox.orket('approve', session(), '--input', sandbox.write('wrong.yaml', 'path: 7\n'));
    expect(wrong, wrong.output).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/the input for gate g\d+ does not meet the schema of files\.write/);
    expect(wrong.stderr).toContain('expected a member "text"; type string at /path, found {"path":7}');
    expect(sandbox.read(session(), 'journal.jsonl')).not.toContain('input.received');
    const right = sandbox.write('right.yaml', 'text: plain\npath: workspace:b.txt\n');
    const approved = await sandbox.orket('approve', session(), '--input', right);
    expect(approved, approved.output).toMatchObject({ code: 0 });
    expect(approved.stderr).toMatch(/Instead, with input:\n {2}\{\n {4}"path": "workspace:b.txt",/);
    expect(sandbox.read(session(), 'workspace/b.txt')).toBe('plain');
  });

  it('counts no name that anybody may give, unless its rule says so', async () => {
    sandbox.manifests('flow.yaml', asking({ approvers: { quorum: 2 } }));
    await sandbox.orket(...run, '--park-after', '0');
    const approved = await sandbox.orket('approve', session());
    expect(approved, approved.output).toMatchObject({ code: 21 });
    await anotherSays('bob', 'approve');
    const left = await sandbox.orket('get', 'sessions');
    expect(left.stdout).toMatch(/A decision on g\d+ waits in its inbox; go on with "orket resume/);
    const resumed = await sandbox.orket('resume', session(), '--park-after', '0');
    expect(resumed, resumed.output).toMatchObject({ code: 21 });
    const { records } = await recordingIn(sandbox.sessionFile(session(), ''));
    const gates = records.flatMap((record) => (record.type === 'gate.opened' ? [record.body.approvers] : []));
    expect(gates).toMatchObject([[{ quorum: 2, minIdentity: 'os-uid' }]]);
    const refused = records.flatMap((record) => (record.type === 'input.received' ? [record.body.refused] : []));
    expect(refused).toEqual([null, expect.stringContaining('bob is not among those who may decide gate')]);
  });

  it('is left as it is where the second question is not answered with yes', async () => {
    sandbox.manifests('flow.yaml', asking());
    await sandbox.orket(...run, '--park-after', '0');
    const careless = atTerminal(sandbox, 'deny', session());
    await careless.sees('? [y/N] ');
    careless.types('');
    expect(await careless.ended).toMatchObject({ code: 2, stdout: expect.stringContaining('Nothing was decided.') });
  });

  it('is decided on a terminal, and asks there about what comes next', async () => {
    sandbox.manifests('flow.yaml', asking());
    await sandbox.orket(...run, '--park-after', '0');
    const person = atTerminal(sandbox, 'deny', session(), '--note', 'later');
    await person.sees('? [y/N] ');
    person.types('y');
    await person.sees(question);
    person.types('y');
    expect(await person.ended).toMatchObject({ code: 0 });
    await expectReplay();
  });

  it('can be paused, resumed, steered and cancelled', async () => {
    sandbox.manifests('flow.yaml', asking());
    await sandbox.orket(...run, '--park-after', '0');
    const paused = await sandbox.orket('pause', session());
    expect(paused, paused.output).toMatchObject({ code: 21, stderr: expect.stringContaining('orket resume') });
    const left = await sandbox.orket('adjust', session(), 'disable', '--tool', 'files.write', '--no-resume');
    expect(left, left.output).toMatchObject({ code: 0, stderr: expect.stringContaining('Left in the inbox') });
    const resumed = await sandbox.orket('resume', session(), '--park-after', '0');
    expect(resumed, resumed.output).toMatchObject({ code: 21 });
    const cancelled = await sandbox.orket('cancel', session(), '--note', 'enough\u001b[2J of it');
    expect(cancelled, cancelled.output).toMatchObject({ code: 22 });
    expect(cancelled.stderr).toContain(`the Session was cancelled by ${me}: enough\uFFFD[2J of it`);
    const described = await sandbox.orket('describe', 'session', session());
    expect(described.stdout).toContain(`Message:     the Session was cancelled by ${me}: enough\uFFFD[2J of it`);
    const events = await sandbox.orket('events', session());
    expect(events.stdout).toContain(`control from ${me}: cancel, enough\uFFFD[2J of it`);
    await expectReplay();
    const again = await sandbox.orket('retry', session(), '--park-after', '0');
    expect(again, again.output).toMatchObject({ code: 21 });
    expect(sandbox.sessions()).toHaveLength(2);
  });
});
