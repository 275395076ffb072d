import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, reply, stepOf } from '../../test/session/bundles.ts';
import { begunFork } from '../../test/session/forks.ts';
import { SessionRig } from '../../test/session/rig.ts';

const canary = 'sk-canary/7d1f+"9e"';
/** As it may be found: as it is, in base64, in an URL, in JSON. */
const forms = [
  canary,
  Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(canary),
  JSON.stringify(canary).slice(1, -1),
];

const rigs: SessionRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

/** A Session whose model says the secret wherever it can, and whose writes wait for people. */
function rigOf(): SessionRig {
  const rig = new SessionRig(
    bundleOf({
      policyRules: [{ match: 'call.name == "files.write"', action: 'approve' }],
      steps: [
        stepOf({ id: 'write', role: 'writer', task: 'Write.' }),
        stepOf({ id: 'sure', approval: { message: 'Is it good?' } }),
        stepOf({ id: 'tell', role: 'writer', task: 'Tell.' }),
      ],
      replies: [
        reply('writer', 1, {
          when: 'request.task == "Write." && request.turn == 1',
          text: `I know ${canary} and ${forms[1]}.`,
          toolCalls: [
            { name: 'files.write', arguments: { path: 'a.md', text: `It is ${canary}, ${forms[2]}` } },
            { name: `none.${forms[2]}`, arguments: {} },
            { name: 'files.read', arguments: { path: `../${canary}` } },
            { name: 'files.read', arguments: { path: 'a.md', [canary]: canary } },
          ],
        }),
        { when: 'request.task != "Write."', error: { status: 400, message: `no ${canary}` } },
        { text: `Done with ${canary}.` },
      ],
    }),
  );
  rig.secrets = new Map([['keys/a', canary]]);
  rigs.push(rig);
  return rig;
}

/** Every byte that a Session left behind or told, in its journal, its files and its events. */
function leftBy(rig: SessionRig): string {
  const workspace = join(rig.folder, 'workspace');
  const files = readdirSync(workspace, { recursive: true, encoding: 'utf8' }).flatMap((name) => [
    name,
    statSync(join(workspace, name)).isFile() ? readFileSync(join(workspace, name), 'utf8') : '',
  ]);
  return [
    ...rig.store.lines,
    Buffer.from(rig.store.packBytes()).toString('latin1'),
    JSON.stringify(rig.events),
    ...files,
  ].join('\n');
}

function expectNone(rig: SessionRig): void {
  const left = leftBy(rig);
  for (const form of forms) expect(left.split('\n').filter((line) => line.includes(form))).toEqual([]);
  expect(left).toContain('‹secret:keys/a›');
}

/** What people say, with the secret in all of it. */
async function say(rig: SessionRig, more: object = {}): Promise<void> {
  const [open] = await rig.gates();
  if (open === undefined) throw new Error('no gate waits');
  const { gate, gateDigest } = open;
  rig.inbox.decide({ gate: `g${canary}`, gateDigest: canary, verdict: 'deny', note: canary });
  rig.inbox.decide({ gate, gateDigest, verdict: 'approve', note: `because of ${canary}`, ...more });
}

describe('a secret that a model, a tool or a person says', () => {
  it('is in no record, blob, file or event: calls, gates, decisions, adjustments, errors, forks', async () => {
    const rig = rigOf();
    await rig.attempt();
    expectNone(rig);
    rig.inbox.adjust({ op: 'patch', role: 'writer', patch: { prompt: `Say ${canary}.` }, reason: canary });
    rig.inbox.adjust({ op: 'skip', step: canary });
    await say(rig, { input: { path: 'a.md', text: `edited ${canary}` } });
    await rig.attempt();
    await say(rig);
    const ended = await rig.run();
    expect(ended.status).toBe('failed');
    expect(JSON.stringify(ended)).not.toContain(canary);
    expectNone(rig);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });

    const fork = rigOf();
    await begunFork(rig, 'tell#1', fork, {
      outcomes: [{ path: 'tell#1', output: { summary: `It is ${canary}`, artifacts: [] } }],
      secrets: rig.secrets,
    });
    expect(await fork.run()).toMatchObject({ status: 'succeeded', result: { summary: 'It is ‹secret:keys/a›' } });
    expectNone(fork);
  });
});
