import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, type JsonValue } from '#crds';
import { stablePath } from '../call/path.ts';
import type { JournalRecord, RecordBodies, RecordType } from '../journal/record.ts';
import { type Recording } from './recording.ts';
import { recordingIn } from '../../test/session/recording-in.ts';
import { replay } from './replay.ts';

const dir = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden');
const files = await recordingIn(join(dir, 'files'));
const denied = await recordingIn(join(dir, 'denied'));

type Forge = (records: readonly JournalRecord[]) => readonly JournalRecord[];

/** Changes the body of the first record of a type at a path; whoever can do that can make the chain fit as well. */
function forge<T extends RecordType>(type: T, path: string, change: (body: RecordBodies[T]) => object): Forge {
  return (records) =>
    records.map((record) => {
      if (record.type !== type || record.path !== path) return record;
      return { ...record, body: { ...record.body, ...change(record.body as RecordBodies[T]) } } as JournalRecord;
    });
}

const drop =
  (type: RecordType, path: string): Forge =>
  (records) =>
    records.filter((record) => record.type !== type || record.path !== path);

const valued = (
  value: JsonValue,
): { readonly output: { readonly value: JsonValue }; readonly outputDigest: string } => {
  return { output: { value }, outputDigest: digestOf(value) };
};

/** The same at another path, as if it had been written there. */
function moved(record: JournalRecord, path: string): JournalRecord {
  const there = { ...record, seq: record.seq + 1000, path };
  if (there.type !== 'call.intent') return there;
  const [first] = files.records;
  const uid = first?.type === 'session.started' ? first.body.uid : '';
  return { ...there, body: { ...there.body, key: digestOf([uid, stablePath(path)]) } };
}

const c1 = 'edit#1~1/t1~1/c1~1';
const other = { path: 'workspace:seed.md', text: 'Forged.', offset: 0, bytes: 7, sizeBytes: 7, truncated: false };

describe('a replay of a journal that was changed', () => {
  const cases: readonly (readonly [
    string,
    Recording,
    Forge,
    { readonly type?: string; readonly path: string; readonly field: string },
  ])[] = [
    [
      'an output',
      files,
      forge('call.outcome', c1, () => ({ output: { value: other } })),
      { path: c1, field: 'body.outputDigest' },
    ],
    [
      'an output and its digest',
      files,
      forge('call.outcome', c1, () => valued(other)),
      { path: 'edit#1~1/t2~1', field: 'requestDigest' },
    ],
    [
      'what a model said',
      files,
      forge('model.response', 'edit#1~1/t2~1', () => ({
        response: { value: { text: 'x', toolCalls: [], finish: 'stop' } },
      })),
      { path: 'edit#1~1/t2~1', field: 'body.responseDigest' },
    ],
    [
      'what a role came to',
      files,
      forge('call.outcome', 'edit#1~1', () => valued({ words: 8 })),
      { path: 'edit#1~1', field: 'outputDigest' },
    ],
    [
      'the output of a step',
      files,
      forge('step.ended', 'edit#1~1', () => valued({ words: 8 })),
      { path: 'edit#1~1', field: 'outputDigest' },
    ],
    [
      'the input of a step',
      files,
      forge('step.started', 'edit#1~1', () => ({ input: { value: {} }, inputDigest: digestOf({}) })),
      { path: 'edit#1~1', field: 'inputDigest' },
    ],
    [
      'the name of a tool',
      files,
      forge('call.intent', c1, () => ({ name: 'files.list' })),
      { path: c1, field: 'name' },
    ],
    [
      'the risk of a call',
      files,
      forge('call.intent', 'edit#1~1/t1~1/c3~1/t1~1/c1~1', () => ({ risk: 'read' })),
      { path: 'edit#1~1/t1~1/c3~1/t1~1/c1~1', field: 'risk' },
    ],
    [
      'an artifact',
      files,
      forge('artifact.written', 'edit#1~1', () => ({ mediaType: 'text/html' })),
      { path: 'edit#1~1', field: 'mediaType' },
    ],
    [
      'the tree after a step',
      files,
      forge('workspace.snapshot', 'seed#1~1', () => ({ treeDigest: digestOf([]) })),
      { path: 'seed#1~1', field: 'treeDigest' },
    ],
    [
      'the content of a change',
      files,
      forge('call.outcome', 'seed#1~1', ({ changes }) => ({
        changes: changes.map((one) => ({ ...one, content: { text: 'Forged.' } })),
      })),
      { path: 'seed#1~1', field: 'body.changes[0].after' },
    ],
    [
      'the state digest',
      files,
      forge('session.ended', '', () => ({ stateDigest: digestOf(1) })),
      { path: '', field: 'stateDigest' },
    ],
    [
      'the result',
      files,
      forge('session.ended', '', () => ({ resultDigest: digestOf(1), result: { value: 1 } })),
      { path: '', field: 'resultDigest' },
    ],
    [
      'that a Session succeeded',
      denied,
      forge('session.ended', '', () => ({ status: 'succeeded', error: null })),
      { path: '', field: 'status' },
    ],
    [
      'a denial into another',
      denied,
      forge('call.denied', 'first#1~1/t1~1/c1~1', ({ error }) => ({ error: { ...error, reason: 'ApprovalExpired' } })),
      { path: 'first#1~1/t1~1/c1~1', field: 'error.reason' },
    ],
    [
      'a verdict',
      denied,
      forge('policy.decided', 'first#1~1/t1~1/c2~1', () => ({ verdict: 'deny' })),
      { path: 'first#1~1/t1~1/c2~1', field: 'verdict' },
    ],
    [
      'that there was a denial',
      denied,
      drop('call.denied', 'first#1~1/t1~1/c1~1'),
      { path: 'first#1~1/t1~1/c1~1', field: 'type' },
    ],
    [
      'that there was a call',
      files,
      (records) => records.filter(({ path }) => path !== c1),
      { path: c1, field: 'type' },
    ],
    ['that a step ended', files, drop('step.ended', 'edit#1~1'), { path: 'edit#1~1', field: 'type' }],
  ];

  it.each(cases)('in %s names the first place', async (_what, recording, change, { path, field }) => {
    const result = await replay({ ...recording, records: change(recording.records) });
    expect(result).toMatchObject({ verdict: 'diverged', divergence: { path, field } });
  });

  it('finds a call that the run does not come to', async () => {
    const extra = files.records.flatMap((record) => {
      return record.path === c1 ? [record, moved(record, 'edit#1~1/t1~1/c9~1')] : [record];
    });
    const result = await replay({ ...files, records: extra });
    expect(result).toMatchObject({
      verdict: 'diverged',
      divergence: { path: 'edit#1~1/t1~1/c9~1', found: 'nothing of that' },
    });
  });

  it('says where a journal that was cut off ends', async () => {
    for (let length = 0; length < files.records.length; length += 1) {
      expect(await replay({ ...files, records: files.records.slice(0, length) })).toMatchObject({
        verdict: 'brokenOff',
      });
    }
  });

  it('refuses another bundle and another semantics', async () => {
    await expect(replay({ ...files, bundle: denied.bundle })).rejects.toMatchObject({ reason: 'BundleMismatch' });
    const later = forge('session.started', '', () => ({ semantics: 99 }))(files.records);
    await expect(replay({ ...files, records: later })).rejects.toMatchObject({ reason: 'RuntimeUnsupported' });
  });
});
