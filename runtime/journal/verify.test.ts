import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf } from '#crds';
import {
  chainLines,
  holding,
  largeValue,
  sampleBundle,
  sampleDraft,
  sampleInstant,
  sampleSession,
  temporaryFolder,
} from '../../test/conformance/store-samples.ts';
import { fileStore } from './file-store.ts';
import { openJournal } from './journal.ts';
import type { Draft } from './record.ts';
import { verifyJournal } from './verify.ts';

const other = digestOf('another value');

/** A Session's folder that holds these records, each hash right. */
function folder(drafts: readonly Draft[], tail = ''): string {
  const dir = temporaryFolder();
  fs.writeFileSync(
    join(dir, 'journal.jsonl'),
    `${chainLines(drafts)
      .lines.map((line) => `${line}\n`)
      .join('')}${tail}`,
  );
  return dir;
}

const started = sampleDraft('session.started');

describe('verifyJournal', () => {
  it('says what a finished Session was and that only its chain is proven', async () => {
    const drafts = sampleSession();
    expect(await verifyJournal({ from: folder(drafts) })).toMatchObject({
      proven: 'chain only',
      records: drafts.length,
      head: chainLines(drafts).place.head,
      broken: null,
      tornBytes: 0,
      bundle: 'not compared',
      started: { semantics: 1 },
      ended: { status: 'succeeded' },
    });
  });

  it('takes a Session that was broken off in the middle of a write', async () => {
    const dir = folder([started, sampleDraft('limit.reached')], '{"at":"2026-');
    expect(await verifyJournal({ from: dir })).toMatchObject({ broken: null, records: 2, tornBytes: 12, ended: null });
    fs.writeFileSync(join(dir, 'journal.jsonl'), '');
    expect(await verifyJournal({ from: dir })).toMatchObject({
      broken: null,
      proven: 'nothing',
      records: 0,
      started: null,
    });
  });

  it('compares the bundle with the one the Session says to have run', async () => {
    const from = folder([started]);
    expect(await verifyJournal({ from, bundle: canonicalJson(sampleBundle) })).toMatchObject({
      bundle: 'matches',
      broken: null,
    });
    expect(await verifyJournal({ from, bundle: canonicalJson({ ...sampleBundle, steps: [1] }) })).toMatchObject({
      proven: 'nothing',
      bundle: 'not compared',
      broken: { seq: 1, field: 'body.bundle.digest', found: digestOf(sampleBundle) },
    });
  });

  it.each<[field: string, draft: Draft]>([
    ['body.inputDigest', sampleDraft('step.started', { inputDigest: other })],
    ['body.outputDigest', sampleDraft('step.ended', { outputDigest: other })],
    ['body.inputDigest', sampleDraft('call.intent', { inputDigest: other })],
    ['body.key', sampleDraft('call.intent', { key: other })],
    ['body.inputDigest', sampleDraft('call.denied', { inputDigest: other })],
    ['body.outputDigest', sampleDraft('call.outcome', { outputDigest: null })],
    [
      'body.changes[0].after',
      sampleDraft('call.outcome', {
        changes: [{ kind: 'file', path: 'a', before: null, after: other, content: { text: 'a' } }],
      }),
    ],
    [
      'body.messages[0].digest',
      sampleDraft('model.request', { messages: [{ digest: other, message: { value: 'hi' } }] }),
    ],
    ['body.digest', sampleDraft('artifact.written', { digest: other })],
    ['body.resultDigest', sampleDraft('session.ended', { resultDigest: other })],
  ])('refuses a digest that is not that of the value beside it: %s of %s', async (field, draft) => {
    expect(await verifyJournal({ from: folder([started, draft]) })).toMatchObject({
      records: 1,
      broken: { seq: 2, field, found: expect.stringContaining(field === 'body.outputDigest' ? '' : other) },
    });
  });

  it.each<[what: string, drafts: readonly Draft[], seq: number]>([
    ['does not begin with its start', [sampleDraft('limit.reached')], 1],
    ['starts twice', [started, started], 2],
    [
      'goes on after its end',
      [
        started,
        sampleDraft('session.ended', { usage: { inputTokens: 0, outputTokens: 0 } }),
        sampleDraft('limit.reached'),
      ],
      3,
    ],
  ])('refuses a Session that %s', async (_, drafts, seq) => {
    expect(await verifyJournal({ from: folder(drafts) })).toMatchObject({ broken: { seq, field: 'type' } });
  });

  it('checks every blob that a record names, each place once', async () => {
    const dir = temporaryFolder();
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant });
    await journal.append(started, { sync: true });
    const first = await holding(largeValue('a'), journal);
    const value = first.body.output;
    const file = await journal.putFile(Buffer.alloc(3_000_000, 'file'));
    if (value === null || file === null || !('blob' in value) || !('blob' in file))
      throw new Error('too short for a blob');
    for (let count = 0; count < 3; count += 1) await journal.append(first, { sync: false });
    const change = { kind: 'file', path: 'a', before: null, after: file.blob.digest, content: file } as const;
    const path = 'write#1~1/c1~1';
    await journal.append(sampleDraft('call.intent', {}, path), { sync: true });
    await journal.append(sampleDraft('call.outcome', { changes: [change] }, path), { sync: true });
    await journal.close();
    const bytes = value.blob.bytes + file.blob.bytes;
    expect(await verifyJournal({ from: dir })).toMatchObject({ broken: null, blobs: { count: 2, bytes } });
    fs.truncateSync(join(dir, 'blobs.pack'), bytes - 1);
    expect(await verifyJournal({ from: dir })).toMatchObject({
      broken: { seq: 6, expected: file.blob.digest, found: `fewer than ${file.blob.bytes} bytes` },
    });
    fs.rmSync(join(dir, 'blobs.pack'));
    expect(await verifyJournal({ from: dir })).toMatchObject({ broken: { seq: 2, expected: value.blob.digest } });
  });

  it('says how far anchors speak for the journal, and finds what was cut or written anew', async () => {
    const drafts = [started, sampleDraft('limit.reached'), sampleDraft('limit.reached')];
    const from = folder(drafts);
    const second = { seq: 2, head: chainLines(drafts.slice(0, 2)).place.head };
    const here = { where: 'this machine', anchors: [second] } as const;
    const elsewhere = { where: 'elsewhere', anchors: [{ seq: 1, head: chainLines([started]).place.head }] } as const;
    expect(await verifyJournal({ from, anchors: [here] })).toMatchObject({
      proven: 'anchored on this machine',
      anchoredSeq: 2,
    });
    expect(await verifyJournal({ from, anchors: [here, elsewhere] })).toMatchObject({
      proven: 'anchored elsewhere',
      anchoredSeq: 1,
    });
    expect(await verifyJournal({ from: folder([started]), anchors: [here] })).toMatchObject({
      proven: 'nothing',
      broken: { seq: 2, found: 'the end of the journal' },
    });
    const anew = folder([started, sampleDraft('limit.reached', { used: 4 })]);
    expect(await verifyJournal({ from: anew, anchors: [here] })).toMatchObject({ broken: { seq: 2, field: 'hash' } });
  });

  it('refuses a line longer than any record without holding it', async () => {
    const dir = folder([started]);
    fs.truncateSync(join(dir, 'journal.jsonl'), 80_000_000);
    fs.appendFileSync(join(dir, 'journal.jsonl'), '\n');
    expect(await verifyJournal({ from: dir })).toMatchObject({ broken: { seq: 2, field: 'line' } });
  });

  it('says where there is no journal', async () => {
    await expect(verifyJournal({ from: join(temporaryFolder(), 'none') })).rejects.toMatchObject({
      reason: 'NotFound',
    });
  });
});
