import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '#crds';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool, type Desk } from '../../test/session/hosted.ts';
import { block, fail, write } from '../../test/session/scores.ts';
import type { SessionRig } from '../../test/session/rig.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const wait = (who: string) => stepOf({ id: who, tool: 'desk.wait', input: { who } });
const branches = ['left', 'right'].map((name) => ({ name, block: name }));
const bundle = bundleOf({
  roles: [],
  tools: [
    hostedTool('desk.wait', { risk: 'read' }),
    ...['list', 'read', 'write'].map((name) => toolOf(`files.${name}`, name as 'list' | 'read' | 'write')),
  ],
  policyRules: allowAll,
  steps: [
    write('before'),
    stepOf({ id: 'fan', parallel: { failFast: true, branches }, retry: { maxAttempts: 2, initialSeconds: 1 } }),
  ],
  blocks: [
    block('left', write('kept'), wait('failing'), fail('lost')),
    block(
      'right',
      stepOf({ id: 'list', tool: 'files.list', input: { path: 'workspace:', recursive: true } }),
      wait('early'),
      write('a', { input: { path: 'deep/a.md', text: 'a' } }),
      wait('late'),
    ),
  ],
});

/** The left branch fails before the right one has written anything, or after: then that hangs until it is cancelled. */
function failing(when: 'early' | 'late'): Desk {
  const calls = new Map<string, number>();
  const count = (who: string): number => calls.get(who) ?? 0;
  return deskOf(async (_before, { signal }, _name, input: JsonValue) => {
    const who = String(Reflect.get(Object(input), 'who'));
    calls.set(who, count(who) + 1);
    if (who === when)
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    while (who === 'failing' && count(when) < count('failing')) await new Promise((resolve) => setImmediate(resolve));
    return null;
  });
}

async function endOf(rig: SessionRig, when: 'early' | 'late'): Promise<object> {
  const { status, error, stateDigest } = await rig.run({ hosts: failing(when).hosts });
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  return { status, reason: error?.reason, stateDigest, tree: await rig.tree() };
}

describe('a branch that was cancelled', () => {
  it('leaves the files and the state as they are wherever time stopped it, also for what is tried again', async () => {
    const early = await endOf(rigs.ofBundle(bundle), 'early');
    const late = rigs.ofBundle(bundle);
    expect(early).toMatchObject({ status: 'failed', reason: 'FileNotFound' });
    expect(await endOf(late, 'late')).toEqual(early);
    const records = await late.records();
    expect(records.filter(({ type, path }) => type === 'call.outcome' && path.includes('/right/a#'))).toHaveLength(2);
    expect(records.at(-1)?.body).toMatchObject({ treeDigest: await late.tree() });
  });

  it('is undone also where the process is killed before or after that is recorded', async () => {
    const calm = rigs.ofBundle(bundle);
    const wanted = await endOf(calm, 'late');
    const lines = (await calm.records()).map(({ type, path }) => `${type} ${path}`);
    for (const last of ['value.recorded fan#1~1/first', 'step.ended fan#1~2/right']) {
      const rig = rigs.ofBundle(bundle);
      rig.store.dieAfter = lines.indexOf(last) + 1;
      expect(rig.store.dieAfter, last).toBeGreaterThan(0);
      await rig.run({ hosts: failing('late').hosts }).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      expect({ last, ...(await endOf(rig, 'early')) }).toEqual({ last, ...wanted });
    }
  });
});
