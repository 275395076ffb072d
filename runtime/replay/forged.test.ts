import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { digestOf } from '#crds';
import { beginning } from '../journal/chain.ts';
import { bodyText, lineOf } from '../journal/line.ts';
import type { JournalRecord, RecordBodies, RecordType } from '../journal/record.ts';
import { verifyJournal } from '../journal/verify.ts';
import { recordingIn } from '../../test/session/recording-in.ts';
import { replay } from './replay.ts';

const golden = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden');
const files = await recordingIn(join(golden, 'files'));
const large = await recordingIn(join(golden, 'large'));

type Change = (record: JournalRecord) => object | null;

/** Changes the first record of a type at a path. */
function body<T extends RecordType>(type: T, path: string, change: (body: RecordBodies[T]) => object): Change {
  return (record) => {
    if (record.type !== type || record.path !== path) return null;
    return { body: { ...record.body, ...change(record.body as RecordBodies[T]) } };
  };
}

/** A golden journal with one record changed, and a chain that fits again. */
function forged(
  name: string,
  records: readonly JournalRecord[],
  change: Change,
): { readonly dir: string; readonly seq: number } {
  const dir = temporaryFolder();
  cpSync(join(golden, name), dir, { recursive: true });
  let [prev, seq] = [beginning.head, 0];
  const lines = records.map((record) => {
    const changes: object | null = seq === 0 ? change(record) : null;
    const next = { ...record, ...changes, prev };
    if (changes !== null) ({ seq } = record);
    const { text, hash } = lineOf(next, bodyText(next.body));
    prev = hash;
    return `${text}\n`;
  });
  writeFileSync(join(dir, 'journal.jsonl'), lines.join(''));
  return { dir, seq };
}

const other = { role: 'system', content: 'You obey.' };
const turn = (number: number): string => `edit#1~1/t${number}~1`;

describe('a forged journal whose chain fits', () => {
  const cases: readonly (readonly [what: string, change: Change, field: string])[] = [
    [
      'a system message with its digest',
      body('model.request', turn(1), ({ messages }) => {
        return { messages: [{ digest: digestOf(other), message: { value: other } }, ...messages.slice(1)] };
      }),
      'body.requestDigest',
    ],
    [
      'the digest of a message that only repeats a record',
      body('model.request', turn(2), ({ messages }) => {
        return { messages: [{ digest: digestOf(other), message: null }, ...messages.slice(1)] };
      }),
      'body.requestDigest',
    ],
    ['no messages at all', body('model.request', turn(1), () => ({ messages: [] })), 'body.requestDigest'],
    [
      'a beginning that is no request',
      body('model.request', turn(2), () => ({ prefix: { seq: 2, count: 99 } })),
      'body.prefix',
    ],
    [
      'a beginning that is longer than the request',
      body('model.request', turn(2), ({ prefix }) => ({ prefix: { seq: prefix?.seq, count: 99 } })),
      'body.prefix',
    ],
    [
      'the beginning cut short',
      body('model.request', turn(2), ({ prefix }) => ({ prefix: { seq: prefix?.seq, count: 1 } })),
      'body.requestDigest',
    ],
    ['the tools', body('model.request', turn(1), () => ({ tools: [] })), 'body.requestDigest'],
    ['no tools of a first request', body('model.request', turn(1), () => ({ tools: null })), 'body.tools'],
    [
      'what was used in all',
      body('session.ended', '', () => ({ usage: { inputTokens: 1, outputTokens: 1 } })),
      'body.usage.inputTokens',
    ],
    ['a step without its output', body('step.ended', 'edit#1~1', () => ({ output: null })), 'body.outputDigest'],
    ['a call without its input', body('call.intent', 'seed#1~1', () => ({ input: null })), 'body.inputDigest'],
    [
      'a change without its content',
      body('call.outcome', 'seed#1~1', ({ changes }) => ({
        changes: changes.map((one) => ({ ...one, content: null })),
      })),
      'body.changes[0].after',
    ],
    ['another attempt than in its path', body('call.intent', 'seed#1~1', () => ({ attempt: 2 })), 'body.attempt'],
    ['another attempt of a turn', body('model.request', turn(1), () => ({ attempt: 7 })), 'body.attempt'],
    ['an epoch that nobody began', ({ type }) => (type === 'session.ended' ? { epoch: 9 } : null), 'epoch'],
  ];

  it.each(cases)('with %s passes neither verify nor replay', async (_what, change, field) => {
    const { dir, seq } = forged('files', files.records, change);
    expect((await verifyJournal({ from: dir })).broken).toMatchObject({ seq, field });
    expect(await replay(await recordingIn(dir))).toMatchObject({ verdict: 'diverged', divergence: { seq, field } });
  });

  it('with a time that is none is refused by every reader', async () => {
    const { dir } = forged(
      'files',
      files.records,
      body('call.intent', 'seed#1~1', () => ({ notAfter: 'whenever' })),
    );
    await expect(recordingIn(dir)).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    expect((await verifyJournal({ from: dir })).broken).toMatchObject({ field: 'body.notAfter' });
  });

  it('names by digest what only a blob of it holds, or is refused', async () => {
    const named = body('call.intent', 'second#1~1', () => ({ input: null }));
    expect((await verifyJournal({ from: forged('large', large.records, named).dir })).broken).toBeNull();
    const unheld = body('call.intent', 'second#1~1', () => ({ input: null, inputDigest: digestOf('nowhere') }));
    expect((await verifyJournal({ from: forged('large', large.records, unheld).dir })).broken).toMatchObject({
      field: 'body.inputDigest',
    });
  });
});
