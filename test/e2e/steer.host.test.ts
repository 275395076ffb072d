import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { closure, score, scripted } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

it('a Session at work is adjusted and paused from another terminal, and goes on with what was said', async () => {
  const venue = scripted(
    { when: "request.task == 'One.'", text: 'one', delaySeconds: 8 },
    { text: '${{ request.task }}' },
  );
  const step = (id: string, task: string): object => ({ id, role: 'worker', task });
  const steps = score(step('one', 'One.'), step('two', 'Two.'), step('three', 'Three.'));
  sandbox.manifests('flow.yaml', closure({ venue, score: steps }));
  const running = sandbox.start(['run', 'flow.yaml']);
  await running.said('model.request');
  const [session = ''] = sandbox.sessions();

  const skipped = await sandbox.orket('adjust', session, 'skip', 'two', '--reason', 'not today');
  expect(skipped, skipped.output).toMatchObject({ code: 0, stderr: expect.stringContaining('took it up') });
  const paused = await sandbox.orket('pause', session);
  expect(paused, paused.output).toMatchObject({ code: 0 });
  const stopped = await running.ended;
  expect(stopped, stopped.output).toMatchObject({ code: 21, stdout: '' });
  expect(stopped.stderr).toContain(`orket resume ${session}`);

  const patched = await sandbox.orket('adjust', session, 'patch', 'three', '--task', 'Four.', '--no-resume');
  expect(patched, patched.output).toMatchObject({ code: 0 });
  const resumed = await sandbox.orket('resume', session);
  expect(resumed, resumed.output).toMatchObject({ code: 0, stdout: 'Four.\n' });
  expect(resumed.stderr).toMatch(/step\.skipped +two#1 .*not today/);
  const [, id = ''] = /orket adjust \S+ revert (adjustment-\S+)$/m.exec(skipped.stderr) ?? [];
  const { stdout } = await sandbox.orket('describe', 'session', session);
  const row = new RegExp(`^ +two#1/b1 +\\S+ +applied +${id} +skip step two +not today$`, 'm');
  expect([id, stdout]).toEqual([expect.stringMatching(/^adjustment-/), expect.stringMatching(row)]);
  expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
});
