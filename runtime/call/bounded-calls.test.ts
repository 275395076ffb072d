import { afterEach, describe, expect, it } from 'vitest';
import type { BundleReply, JsonValue } from '#crds';
import { reply, roleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';
import type { SessionRig } from '../../test/session/rig.ts';
import type { CallOptions } from './run.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const list = { name: 'files.list', arguments: { path: '' } };
const listing: readonly BundleReply[] = [
  reply('writer', 1, { toolCalls: [list, list, list] }),
  { text: 'Listed as far as I may.' },
];

/** A Session whose one step is a tool of others that calls a role, which lists thrice, within these limits. */
function rigOf(maxTokens?: number): SessionRig {
  return rigs.of({
    tools: [hostedTool('desk.ask', { reentrant: true }), toolOf('files.list', 'list')],
    roles: [roleOf({ tools: ['files.list'], ...(maxTokens === undefined ? {} : { params: { maxTokens } }) })],
    policyRules: allowAll,
    replies: listing,
    steps: [stepOf({ tool: 'desk.ask' })],
  });
}

function asking(...limits: readonly CallOptions['limits'][]): ReturnType<typeof deskOf> {
  return deskOf(async (_before, context): Promise<JsonValue> => {
    const ends: string[] = [];
    for (const each of limits) {
      const options = each === undefined ? {} : { limits: each };
      const end = await context.call('writer', { task: 'List.' }, options).then(
        () => 'done',
        (error: unknown) => (error instanceof Error && 'reason' in error ? String(error.reason) : 'another error'),
      );
      ends.push(end);
    }
    return ends;
  });
}

async function lists(rig: SessionRig): Promise<readonly string[]> {
  return (await rig.records()).flatMap((record) =>
    record.type === 'call.intent' && record.body.name === 'files.list' ? [record.path] : [],
  );
}

describe('a call that a tool of others bounds', () => {
  it('and all below it use no more than that, and what others do beside it uses nothing of it', async () => {
    const rig = rigOf();
    const { result, stateDigest } = await rig.run({ hosts: asking({ calls: 2 }, undefined, { calls: 1 }).hosts });
    expect(result).toEqual(['done', 'done', 'done']);
    const numbers = (await lists(rig)).map((path) => path.replace(/^first#1~1\/(k\d).*$/, '$1'));
    expect(numbers).toEqual(['k1', 'k1', 'k2', 'k2', 'k2', 'k3']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is refused where not even its first turn fits', async () => {
    const rig = rigOf(100);
    const { result } = await rig.run({ hosts: asking({ tokens: 50 }).hosts });
    expect(result).toEqual(['BudgetExceeded']);
  });

  it('is refused with a limit of cost where nobody knows what its model costs', async () => {
    const rig = rigOf(100);
    const { result, stateDigest } = await rig.run({ hosts: asking({ cost: '1000' }).hosts });
    expect(result).toEqual(['InvalidManifest']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('begins no more than that, after whichever record the Session was killed', async () => {
    const { hosts } = asking({ calls: 2 });
    const undisturbed = rigOf();
    await undisturbed.run({ hosts });
    for (let killedAfter = 4; killedAfter < undisturbed.store.lines.length; killedAfter += 2) {
      const rig = rigOf();
      rig.store.dieAfter = killedAfter;
      await rig.run({ hosts }).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      await rig.run({ hosts });
      expect((await lists(rig)).length).toBe(2);
    }
  });
});
