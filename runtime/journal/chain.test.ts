import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import {
  chainLines,
  sampleBodies,
  sampleDraft,
  sampleDrafts,
  sampleSession,
} from '../../test/conformance/store-samples.ts';
import { beginning, readLine, refusal, type Link } from './chain.ts';
import { bodyText, lineOf } from './line.ts';
import type { RecordType } from './record.ts';

const [first = ''] = chainLines(sampleDrafts(1)).lines;

/** The link of a line made of changed members, its hash right for what it says. */
function changed(members: object, body: object = sampleBodies['session.started']): Link {
  const envelope = {
    seq: 1,
    epoch: 1,
    prev: beginning.head,
    type: 'session.started',
    path: '',
    at: '2026-01-02T03:04:05.678Z',
  };
  return readLine(lineOf({ ...envelope, synced: 0, ...members }, bodyText(body)).text, beginning);
}

function breakOf(link: Link): unknown {
  return link.kind === 'break' ? link.at : link.kind;
}

describe('readLine', () => {
  it('follows a chain through every type of record', () => {
    const drafts = sampleSession();
    const { lines, place } = chainLines(drafts);
    let at = beginning;
    for (const [index, line] of lines.entries()) {
      const link = readLine(line, at);
      expect(link).toMatchObject({ kind: 'record', record: { ...drafts[index], seq: index + 1 } });
      if (link.kind === 'record') at = link.place;
    }
    expect(at).toEqual(place);
  });

  it.each([
    ['v', first.replace('"v":1}', '"v":2}'), { expected: '1', found: '2' }],
    ['line', `${first.slice(0, -1)},"w":1}`, {}],
    ['line', first.slice(1), { expected: 'a JSON object' }],
    ['line', '', {}],
    ['line', '7', {}],
    ['line', first.replace('{"at"', '{ "at"'), { expected: 'canonical JSON' }],
    ['line', first.replace('"epoch":1', '"epoch":1,"epoch":1'), { expected: 'canonical JSON' }],
    ['line', first.replace('"epoch":1', '"epoch":1.0'), { expected: 'canonical JSON' }],
    ['line', first.replace('"0.1.0"', String.raw`"\u0030.1.0"`), { expected: 'canonical JSON' }],
    ['line', first.replace('"0.1.0"', String.raw`"\ud800"`), { expected: 'canonical JSON' }],
    ['line', first.replace('"version":1', '"version":9007199254740993'), { expected: 'canonical JSON' }],
    ['hash', first.replace('0.1.0', '0.1.1'), {}],
    ['hash', first.replace(/"hash":"./, '"hash":"x'), {}],
  ])('refuses another %s (%#)', (field, line, detail) => {
    expect(breakOf(readLine(line, beginning))).toMatchObject({ seq: 1, field, ...detail });
  });

  it.each([
    ['seq', { seq: 2 }, '1', '2'],
    ['epoch', { epoch: 0 }, 'at least 1', '0'],
    ['epoch', { epoch: 1.5 }, 'at least 1', '1.5'],
    ['prev', { prev: 'f'.repeat(64) }, beginning.head, JSON.stringify('f'.repeat(64))],
    ['synced', { synced: 1 }, '0 to 0', '1'],
    ['synced', { synced: -1 }, '0 to 0', '-1'],
    ['at', { at: '2026-01-02 03:04:05Z' }, 'RFC 3339 UTC with milliseconds', '"2026-01-02 03:04:05Z"'],
    ['type', { type: 'Session' }, 'words joined by dots', '"Session"'],
    ['path', { path: 'x'.repeat(5000) }, 'a path', `"${'x'.repeat(79)}…`],
  ])('refuses a wrong %s although its hash is right (%#)', (field, members, expected, found) => {
    expect(breakOf(changed(members))).toEqual({ seq: 1, field, expected, found });
  });

  it.each(['v', 'seq', 'at', 'path', 'body'])('refuses a %s that is nested without end', (member) => {
    const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const line = JSON.stringify({ ...JSON.parse(first), [member]: '' }).replace(
      `"${member}":""`,
      `"${member}":${nested}`,
    );
    expect(breakOf(readLine(line, beginning))).toMatchObject({ field: member, found: 'a list without end' });
  });

  it('refuses an epoch or a sync that goes back', () => {
    const { lines, place } = chainLines(sampleDrafts(3), { epoch: 3 });
    const last = { ...place, seq: 2, head: JSON.parse(lines[2] ?? '').prev };
    expect(breakOf(readLine(lines[2] ?? '', { ...last, epoch: 4 }))).toMatchObject({ seq: 3, field: 'epoch' });
    expect(breakOf(readLine(lines[2] ?? '', { ...last, epoch: 3, synced: 2 }))).toMatchObject({
      seq: 3,
      field: 'synced',
    });
  });

  it('ignores a type it does not know, unless that may not be ignored', () => {
    const foreign = { type: 'thing.happened', path: 'a#1~1' };
    expect(changed(foreign, { any: ['thing'] })).toMatchObject({
      kind: 'foreign',
      record: { body: { any: ['thing'] } },
    });
    expect(changed({ ...foreign, sem: true })).toMatchObject({
      kind: 'unsupported',
      at: { seq: 1, field: 'type', found: expect.stringContaining('thing.happened') },
    });
  });

  it('ignores members a later version may add to a body, unless they may not be ignored', () => {
    const body = { ...sampleBodies['session.started'], colour: 'red' };
    expect(changed({}, body)).toMatchObject({ kind: 'record' });
    expect(changed({ sem: true }, body)).toMatchObject({
      kind: 'unsupported',
      at: { field: 'body.colour', expected: 'no such member' },
    });
  });

  it('takes a word it does not know, under a right hash, for a later version', () => {
    const [line = ''] = chainLines([sampleDraft('call.outcome', { status: 'undone' as 'failed' })]).lines;
    const link = readLine(line, beginning);
    expect(link).toMatchObject({ kind: 'unsupported', at: { field: 'body.status', found: '"undone"' } });
    expect(link.kind === 'unsupported' && refusal(link).reason).toBe('RuntimeUnsupported');
    // Damage does not look like that: the hash is no longer right, or it is no word at all.
    expect(readLine(line.replace('undone', 'failed'), beginning).kind).toBe('break');
  });

  it('gathers the blobs that a record names', () => {
    const blob = { digest: `sha256:${'a'.repeat(64)}`, offset: 5, bytes: 9 } as const;
    const { lines } = chainLines([sampleDraft('step.ended', { output: { blob } })]);
    expect(readLine(lines[0] ?? '', beginning)).toMatchObject({ blobs: [blob] });
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.json()), (text) => {
        expect(readLine(text, beginning).kind).toBe('break');
      }),
    );
    expect(readLine('['.repeat(100_000), beginning).kind).toBe('break');
    expect(readLine(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, beginning).kind).toBe('break');
  });
});

describe('the shape of a body', () => {
  const types = Object.keys(sampleBodies).filter((type): type is RecordType => Object.hasOwn(sampleBodies, type));
  /** Members that are free-form below, or take more than one type. */
  const free = new Set(['value', 'provenance', 'params', 'reservation', 'allowed', 'used', 'notRequester']);

  it.each(types)('of %s is refused where any member is absent or of another type', (type) => {
    for (const path of membersOf(sampleBodies[type], 0)) {
      for (const value of [undefined, true, -1, { a: 1 }]) {
        const field = path.at(-1) ?? '';
        if (path.slice(0, -1).some((key) => free.has(key)) || (value !== undefined && free.has(field))) continue;
        // A list without one of its items is still a list.
        if (value === undefined && /^\d+$/.test(field)) continue;
        const link = changed({ type }, withMember(sampleBodies[type], path, value));
        expect(breakOf(link), `${path.join('.')} = ${JSON.stringify(value)}`).toMatchObject({ seq: 1 });
      }
    }
  });
});

function membersOf(value: unknown, depth: number): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null || depth > 3) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'value' ? [[key]] : [[key], ...membersOf(member, depth + 1).map((inner) => [key, ...inner])],
  );
}

function withMember(value: unknown, [key = '', ...rest]: readonly string[], member: unknown): object {
  const copy: unknown = structuredClone(value);
  if (typeof copy !== 'object' || copy === null) throw new Error('not a path');
  const inner = rest.length === 0 ? member : withMember(Reflect.get(copy, key), rest, member);
  if (inner === undefined) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, inner);
  return copy;
}
