import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asking } from './asking.ts';
import { Sandbox, type Finished } from './sandbox.ts';

const me = userInfo().username;

let sandbox: Sandbox;
/** Names of Sessions by what their rule asks for, and the gate that waits. */
const names = new Map<string, { readonly name: string; readonly gate: string }>();

async function parked(what: string, rule: object = {}): Promise<void> {
  sandbox.manifests(`${what}.yaml`, asking({ ...rule }));
  const { stderr } = await sandbox.orket('run', `${what}.yaml`, '--park-after', '0');
  const [, name, gate] = /orket approve (\S+) (g\d+)$/m.exec(stderr) ?? [];
  if (name === undefined || gate === undefined) throw new Error(`no gate waits:\n${stderr}`);
  names.set(what, { name, gate });
}

beforeAll(async () => {
  sandbox = new Sandbox();
  await Promise.all([
    parked('open'),
    parked('bobs', { approvers: { users: ['bob'] } }),
    parked('others', { approvers: { notRequester: true } }),
    parked('brief', { expiresAfterSeconds: 1 }),
    parked('two', { approvers: { quorum: 2 } }),
    parked('over'),
  ]);
  const { name } = names.get('two') ?? {};
  const once = await sandbox.orket('approve', name ?? '');
  expect(once, once.output).toMatchObject({
    code: 21,
    stderr: expect.stringContaining(`1 of 2 people have decided: ${me}`),
  });
  await sandbox.orket('cancel', names.get('over')?.name ?? '');
  sandbox.write('hot.yaml', 'params: { temperature: 9 }\n');
}, 300_000);
afterAll(() => sandbox.remove());

/** What a person types: NAME and GATE stand for those of the Session that is meant. */
it.each<[string, string, string, RegExp]>([
  ['approves in a Session that is not there', 'open', 'approve no-such', /expected .*Session.*/],
  [
    'names no gate that is there',
    'open',
    'approve NAME g99',
    /there is no gate g99 .*\n {2}expected GATE, found g99\n/,
  ],
  [
    'has no gate to approve',
    'over',
    'approve NAME',
    /the Session has ended .*\n {2}expected one that goes on, found Cancelled/,
  ],
  [
    'approves with a file about another call',
    'open',
    'approve NAME -f stale.yaml',
    /another call .*\n {2}expected sha256:[0-9a-f]{64}, found sha256:0{64}/,
  ],
  [
    'approves with a file that denies, and a note and a gate beside it',
    'open',
    'approve NAME g99 -f denial.yaml --note x',
    /the decision is in the file already.*\n {2}expected no other flag that decides, found --note/,
  ],
  [
    'approves another gate than the file does',
    'open',
    'approve NAME g99 -f denial.yaml',
    /another gate than the command line names.*\n {2}expected g99, found GATE/,
  ],
  [
    'approves with a file that denies',
    'open',
    'approve NAME -f denial.yaml',
    /another thing than to approve.*\n {2}expected any verdict but deny, found deny\n.*orket deny SESSION -f FILE/,
  ],
  [
    'approves with a file of nothing',
    'open',
    'approve NAME -f nothing.yaml',
    /holds no object.*\n {2}expected a YAML or JSON object of at most \d+ bytes, found null/,
  ],
  [
    'approves with a file that is not there',
    'open',
    'approve NAME --input nope.yaml',
    /there is no such file.*Check the spelling/,
  ],
  [
    'patches with the output of a step that is not there',
    'open',
    'adjust NAME patch last --task ${{steps.beign.output}}',
    /patch\.task: there is no step before this one "beign".*Did you mean "begin"/,
  ],
  [
    'answers what was not asked',
    'open',
    'approve NAME GATE --retry',
    /GATE: that is no answer: a call waits.*\n {2}expected approve.* or deny, found --retry/,
  ],
  [
    'is not among those who may decide',
    'bobs',
    'approve NAME GATE',
    /expected bob, verified by os-uid or better, found \S+, .*verified by os-uid/,
  ],
  [
    'decides what they asked for themselves',
    'others',
    'approve NAME GATE',
    /asked for the Session and may not decide.*\n {2}expected anybody, not who asked for the Session/,
  ],
  [
    'decides a gate that has expired',
    'brief',
    'deny NAME GATE',
    /has expired.*\n {2}expected a decision before \S+Z, found \S+Z\n.*orket resume NAME/,
  ],
  [
    'says the same a second time',
    'two',
    'approve NAME GATE',
    /has said so before.*\n {2}expected 2 different people, found \S+ once more/,
  ],
  ['skips nothing', 'open', 'adjust NAME skip', /adjust skip: .*\n {2}expected a step, found nothing/],
  [
    'skips a step that is past',
    'open',
    'adjust NAME skip begin',
    /step begin is past that.*\n {2}expected a step that is still to come, found the Session is at work/,
  ],
  ['skips a step that has begun', 'open', 'adjust NAME skip work', /found it has begun/],
  [
    'skips a step that is none',
    'open',
    'adjust NAME skip lst',
    /expected one of begin, last, work, found "lst"\n.*Did you mean "last"/,
  ],
  ['disables a role that is none', 'open', 'adjust NAME disable --role worke', /expected one of worker, found "worke"/],
  [
    'patches beyond what a bundle may hold',
    'open',
    'adjust NAME patch --role worker --patch hot.yaml',
    /patch\.params\.temperature .*\n {2}expected a number from 0 to 2, found 9/,
  ],
  ['patches with a broken expression', 'open', 'adjust NAME patch last --task ${{inputs.}}', /patch\.task/],
  [
    'sets the task of a role',
    'open',
    'adjust NAME patch --role worker --task Sing.',
    /expected prompt, instructions, model or params, found task/,
  ],
  [
    'takes back what nobody did',
    'open',
    'adjust NAME revert nothing',
    /expected the id of an adjustment; there is none, found nothing/,
  ],
  [
    'applies what was not suggested',
    'open',
    'adjust NAME apply nothing',
    /expected the id of a suggestion; there is none/,
  ],
  ['resumes what has ended', 'over', 'resume NAME', /orket retry NAME/],
])('a person who %s is told place, expected, found and what to do', async (_what, which, line, says) => {
  const { name = '', gate = '' } = names.get(which) ?? {};
  const filled = (text: string): string => text.replaceAll('NAME', name).replaceAll('GATE', gate);
  sandbox.write(
    'stale.yaml',
    `gate: ${names.get('open')?.gate}\ngateDigest: sha256:${'0'.repeat(64)}\nverdict: approve\n`,
  );
  sandbox.write(
    'denial.yaml',
    `gate: ${names.get('open')?.gate}\ngateDigest: sha256:${'0'.repeat(64)}\nverdict: deny\n`,
  );
  sandbox.write('nothing.yaml', 'null\n');
  const { code, stdout, stderr }: Finished = await sandbox.orket(...filled(line).split(' '));
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^orket: [^:]+: .+ \(ORK-\d{4} [A-Za-z]+\)\n {2}expected .+, found .+\n {2}\S.+\n$/);
  expect(stderr).toMatch(new RegExp(filled(says.source), 's'));
  // Nothing came of it.
  expect(sandbox.read(name, 'journal.jsonl')).not.toContain('"adjustment"');
});
