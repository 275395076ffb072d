import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, digestOfBytes, type BundleTool, type JsonValue } from '#crds';
import { opened } from '../../test/conformance/workspace-alone.ts';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { hostsOf } from '../../test/session/hosted.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import type { CallContext } from './run.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

const source = { type: 'module', tree: digestOf('tree'), entry: 'index.ts', tool: 'make' } as const;
const make: BundleTool = { name: 'odd.make', source, risk: 'read', reentrant: true };

/** A Session with one step, a tool of others that does this. */
function using(perform: (context: CallContext) => Promise<JsonValue>, secrets: readonly [string, string][] = []) {
  rig = new SessionRig(bundleOf({ tools: [make], steps: [stepOf({ tool: 'odd.make', input: {} })] }));
  rig.secrets = new Map(secrets);
  return rig.run({ hosts: hostsOf((_tool, _input, context) => perform(context)) });
}

async function artifacts() {
  return (await rig.records()).flatMap((record) => (record.type === 'artifact.written' ? [record.body] : []));
}

async function changes() {
  return (await rig.records()).flatMap((record) => (record.type === 'call.outcome' ? record.body.changes : []));
}

describe('an artifact that a call gives', () => {
  it('is kept by the digest of its bytes, with its media type and where it comes from', async () => {
    const content = Buffer.from([0, 1, 2, 255]);
    const ended = await using(async (context) => context.artifact('chart.png', 'image/png', content));
    expect(ended).toMatchObject({ status: 'succeeded', result: digestOfBytes(content) });
    expect(await artifacts()).toMatchObject([
      { name: 'chart.png', mediaType: 'image/png', digest: digestOfBytes(content), bytes: 4, origin: 'call' },
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it.each([
    ['..', 'text/plain'],
    ['', 'text/plain'],
    ['../../home/x', 'text/plain'],
    ['.hidden', 'text/plain'],
    ['a\u001B[2J', 'text/plain'],
    ['a\u202Etxt', 'text/plain'],
    ['n'.repeat(129), 'text/plain'],
    ['a', 'text'],
    ['a', 'text/plain\nX: y'],
    ['a', `text/${'p'.repeat(128)}`],
  ])('is refused as %j of %j', async (name, mediaType) => {
    const ended = await using((context) => context.artifact(name, mediaType, Buffer.from('x')));
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'InputRefused' } });
    expect(await artifacts()).toEqual([]);
  });

  it('is refused where it is larger than any file', async () => {
    const large = new Uint8Array(semanticsOf(1).fileLimits.fileBytes + 1);
    expect(await using((context) => context.artifact('a', 'text/plain', large))).toMatchObject({
      error: { reason: 'InputRefused' },
    });
  });

  it('is refused where one call gives them without end, and those before are kept', async () => {
    const { callFiles } = semanticsOf(1).fileLimits;
    const ended = await using(async (context) => {
      for (let made = 0; made <= callFiles; made += 1) await context.artifact('same', 'text/plain', Buffer.from('x'));
      return null;
    });
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'StorageExceeded' } });
    expect(await artifacts()).toHaveLength(callFiles);
  });

  it('is the same again where its tool is run again after a kill, or the tool has gone astray', async () => {
    let run = 0;
    const giving = async (context: CallContext): Promise<JsonValue> => {
      run += 1;
      await context.artifact('a', 'text/plain', Buffer.from(`${run === 3 ? 'other' : 'same'}`));
      return null;
    };
    rig = new SessionRig(bundleOf({ tools: [make], steps: [stepOf({ tool: 'odd.make', input: {} })] }));
    const hosts = hostsOf((_tool, _input, context) => giving(context));
    rig.store.dieAfter = 5;
    await rig.run({ hosts }).catch(() => undefined);
    expect(await artifacts()).toHaveLength(1);
    rig.store.dieAfter = 6;
    await rig.run({ hosts }).catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await rig.run({ hosts })).toMatchObject({ status: 'failed', error: { reason: 'ToolDiverged' } });
    expect(await artifacts()).toHaveLength(1);
  });

  it('holds no secret: of text it is masked, anything else is refused', async () => {
    const text = await using(
      (context) => context.artifact('a', 'text/plain', Buffer.from('by hünter2!')),
      [['login', 'hünter2']],
    );
    expect(text.status).toBe('succeeded');
    expect(await artifacts()).toMatchObject([{ content: { text: 'by ‹secret:login›!' } }]);
    rig.dispose();
    const binary = Buffer.concat([Buffer.from([0xff, 0xe2]), Buffer.from('hünter2'), Buffer.from([0x80])]);
    const other = await using((context) => context.artifact('a', 'image/png', binary), [['login', 'hünter2']]);
    expect(other).toMatchObject({ status: 'failed', error: { reason: 'InputRefused' } });
    expect(rig.store.lines.join('\n')).not.toContain('hünter2');
  });
});

describe('files that a call writes', () => {
  it('hold no secret, neither in a name nor in a text, nor does what was refused', async () => {
    const ended = await using(
      async ({ files }) => {
        await files.write('a.md', 'the key is hunter2');
        await files.write('workspace:hunter2.md', 'x');
        await files.read('workspace:../hunter2', { offset: 0, bytes: 9 }).catch(() => undefined);
        return null;
      },
      [['login', 'hunter2']],
    );
    expect(ended.status).toBe('succeeded');
    expect(await changes()).toMatchObject([
      { path: 'a.md', content: { text: 'the key is ‹secret:login›' } },
      { path: '‹secret:login›.md' },
    ]);
    expect(await rig.records()).toContainEqual(
      expect.objectContaining({
        type: 'file.access',
        body: expect.objectContaining({ refusals: [{ path: 'workspace:../‹secret:login›', rule: 'parent-segment' }] }),
      }),
    );
    expect(rig.store.lines.join('\n')).not.toContain('hunter2');
  });

  it('are one change each, however often they are written', async () => {
    await using(async ({ files }) => {
      for (const text of ['one', 'two', 'three']) await files.write('a.md', text);
      return null;
    });
    expect(await changes()).toMatchObject([
      { path: 'a.md', before: null, after: digestOfBytes('three'), content: { text: 'three' } },
    ]);
  });

  it('fit into the record together, many that would fit by themselves', async () => {
    const text = 'x'.repeat(32_000);
    const ended = await using(async ({ files }) => {
      for (let file = 0; file < 60; file += 1) await files.write(`${file}`, `${file}${text}`);
      return null;
    });
    expect(ended.status).toBe('succeeded');
    const lengths = rig.store.lines.map((line) => line.length);
    expect(Math.max(...lengths)).toBeLessThan(1.2 * 1024 * 1024);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it.each([
    ['too many', 'StorageExceeded', { callFiles: 3 }],
    ['too much of', 'StorageExceeded', { callBytes: 3 }],
    ['too often', 'ToolFailed', { callOperations: 3 }],
  ])('are refused when they are %s in one call', async (_what, reason, bound) => {
    const { workspace } = await opened({}, null, bound);
    const files = workspace.forCall();
    for (const name of ['a', 'b', 'c']) await files.write(name, 'x');
    await expect(files.write('d', 'x')).rejects.toMatchObject({ reason });
    expect(files.log().changes.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  });
});
