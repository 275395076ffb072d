import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closure, score, scripted } from '../e2e/manifests.ts';
import { Sandbox } from '../e2e/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

describe('a Session whose journal is broken', { timeout: 240_000 }, () => {
  it('is gone on with by nobody before somebody has accepted what is lost, and then comes to its end', async () => {
    const call = { name: 'files.write', arguments: { path: 'a.md', text: 'a' } };
    const steps = score(
      { id: 'work', role: 'worker', task: 'Work.' },
      { id: 'sure', approval: { message: 'Is it good?' } },
      { id: 'tell', role: 'worker', task: 'Tell.' },
    );
    const venue = scripted(
      { when: "request.task == 'Work.' && request.turn == 1", toolCalls: [call] },
      { text: 'done' },
    );
    sandbox.manifests('flow.yaml', closure({ venue, score: steps }));
    const parked = await sandbox.orket('run', 'flow.yaml', '--park-after', '0');
    expect(parked, parked.output).toMatchObject({ code: 21 });
    const [name = ''] = sandbox.sessions();
    const path = sandbox.sessionFile(name, 'journal.jsonl');
    const whole = readFileSync(path, 'utf8');
    const broken = whole.replace('"path":"a.md"', '"path":"b.md"');
    expect(broken).not.toBe(whole);
    writeFileSync(path, broken);

    const resumed = await sandbox.orket('resume', name);
    expect(resumed, resumed.output).toMatchObject({ code: 23, stdout: '' });
    expect(resumed.stderr).toContain('JournalCorrupt');
    expect(await sandbox.orket('repair', name)).toMatchObject({
      code: 23,
      stdout: expect.stringMatching(/^broken at record \d+.*\n\d+ records are whole; \d+ records/),
    });
    expect(readFileSync(path, 'utf8')).toBe(broken);

    expect(await sandbox.orket('repair', name, '--accept-loss')).toMatchObject({ code: 0 });
    expect(sandbox.read(name, 'journal.damaged-1.jsonl')).toBe(broken);
    expect(await sandbox.orket('verify', name)).toMatchObject({ code: 0 });
    expect(await sandbox.orket('resume', name, '--park-after', '0')).toMatchObject({ code: 21 });
    expect(await sandbox.orket('approve', name)).toMatchObject({ code: 0 });
    expect(await sandbox.orket('replay', name)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^same/) });
    expect((await sandbox.orket('events', name)).stdout).toContain('session.repaired');
    expect(readFileSync(sandbox.sessionFile(name, 'workspace/a.md'), 'utf8')).toBe('a');
    expect(await sandbox.orket('repair', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has ended'),
    });
  });
});
