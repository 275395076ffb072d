import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { execute } from '../program.ts';
import { recordingIn } from '../../test/session/recording-in.ts';
import { bodyText, lineOf } from '../../runtime/journal/line.ts';
import { fakeShell } from '../../test/cli/fake-shell.ts';

const golden = join(import.meta.dirname, '..', '..', 'test', 'conformance', 'golden');

/** A command in an empty folder of a user who has nothing. */
async function orket(args: readonly string[], cwd = temporaryFolder()) {
  const { shell, said } = fakeShell({ cwd, environment: { HOME: temporaryFolder() } });
  const code = await execute(args, shell, '0.0.0');
  return { code, answer: said.answers.join('\n'), errors: said.errors.join('\n') };
}

describe('orket replay', () => {
  it('says that a Session is the same, with its state', async () => {
    const { code, answer } = await orket(['replay', join(golden, 'hello'), '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(answer)).toEqual(JSON.parse(readFileSync(join(golden, 'hello/expected.json'), 'utf8')));
  });

  it('says of a journal without an end that it was broken off, and where', async () => {
    const { code, answer } = await orket(['replay', join(golden, 'broken-off')]);
    expect(code).toBe(20);
    expect(answer).toMatch(/^broken off at edit#1.*: the journal has no end/);
  });

  it('names the first place where a replay comes to something else', async () => {
    const dir = temporaryFolder();
    cpSync(join(golden, 'files'), dir, { recursive: true });
    const text = readFileSync(join(dir, 'bundle.json'), 'utf8');
    writeFileSync(join(dir, 'bundle.json'), text.replace('Be brief.', 'Be long.'));
    expect(await orket(['replay', dir])).toMatchObject({ code: 23, errors: expect.stringContaining('BundleMismatch') });
  });
});

describe('orket replay of a journal that was written anew', () => {
  it('says where they part, what the journal has and what the replay has', async () => {
    const dir = temporaryFolder();
    cpSync(join(golden, 'hello'), dir, { recursive: true });
    const { records } = await recordingIn(dir);
    const last = records.at(-1);
    if (last?.type !== 'session.ended') throw new Error('the golden Session has an end');
    const body = { ...last.body, usage: { ...last.body.usage, inputTokens: 1 } };
    const { seq, epoch, prev, type, path, at, synced } = last;
    const lines = readFileSync(join(dir, 'journal.jsonl'), 'utf8').split('\n').slice(0, -2);
    const forged = lineOf({ seq, epoch, prev, type, path, at, synced }, bodyText(body)).text;
    writeFileSync(join(dir, 'journal.jsonl'), [...lines, forged, ''].join('\n'));
    expect(await orket(['replay', dir])).toMatchObject({
      code: 23,
      answer: `diverged at record ${last.seq}, body.usage.inputTokens\nthe journal has 1\nthe replay has ${last.body.usage.inputTokens}`,
    });
  });
});

describe('orket export', () => {
  it('makes an archive that verify, replay and events take in an empty folder', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.orket/sessions'), { recursive: true });
    cpSync(join(golden, 'large'), join(cwd, '.orket/sessions/large-1'), { recursive: true });
    const { code, answer } = await orket(['export', 'large-1', 'large.orket'], cwd);
    expect({ code, answer }).toEqual({
      code: 0,
      answer: expect.stringMatching(/^sha256:[0-9a-f]{64} {2}large\.orket$/),
    });

    const again = ['export', 'large-1', 'large.orket'];
    expect(await orket(again, cwd)).toMatchObject({ code: 2, errors: expect.stringContaining('found a file') });
    expect(await orket([...again, '--force'], cwd)).toEqual({ code, answer, errors: '' });

    const elsewhere = temporaryFolder();
    cpSync(join(cwd, 'large.orket'), join(elsewhere, 'large.orket'));
    expect(await orket(['verify', 'large.orket'], elsewhere)).toMatchObject({
      code: 0,
      answer: expect.stringContaining('bundle: matches\nproven: chain only'),
    });
    expect(await orket(['replay', 'large.orket'], elsewhere)).toMatchObject({
      code: 0,
      answer: expect.stringMatching(/^same/),
    });
    const events = await orket(['events', 'large.orket', '-f', '-o', 'jsonl'], elsewhere);
    expect(events.answer.split('\n').at(-1)).toContain('"type":"session.ended"');
  });

  it('refuses a journal that is broken', async () => {
    const cwd = temporaryFolder();
    cpSync(join(golden, 'hello'), join(cwd, 'hello'), { recursive: true });
    const text = readFileSync(join(cwd, 'hello/journal.jsonl'), 'utf8');
    writeFileSync(join(cwd, 'hello/journal.jsonl'), text.replace('Hello.', 'Hallo.'));
    expect(await orket(['export', './hello', 'a.orket'], cwd)).toMatchObject({
      code: 23,
      errors: expect.stringContaining('journal record'),
    });
  });
});

describe('orket verify', () => {
  it('says what an anchor from elsewhere proves, and what one contradicts', async () => {
    const [line = ''] = readFileSync(join(golden, 'hello/journal.jsonl'), 'utf8').split('\n');
    const head = /"hash":"([0-9a-f]{64})"/.exec(line)?.[1] ?? '';
    expect(await orket(['verify', join(golden, 'hello'), '--anchor', `1:${head}`])).toMatchObject({
      code: 0,
      answer: expect.stringContaining('proven: anchored elsewhere up to record 1'),
    });
    const other = await orket(['verify', join(golden, 'hello'), '--anchor', `1:${'0'.repeat(64)}`]);
    expect(other).toMatchObject({ code: 23, answer: expect.stringContaining('broken at record 1, hash') });
    expect(await orket(['verify', join(golden, 'hello'), '--anchor', 'x'])).toMatchObject({ code: 2 });
  });

  it('finds the copy of an artifact that was changed', async () => {
    const dir = temporaryFolder();
    cpSync(join(golden, 'files'), dir, { recursive: true });
    mkdirSync(join(dir, 'artifacts'));
    writeFileSync(join(dir, 'artifacts/text'), 'The tide is in, the tide is out.');
    expect((await orket(['verify', dir])).answer).toContain('artifacts: 1 copy is what was recorded');
    writeFileSync(join(dir, 'artifacts/text'), 'The tide is in.');
    expect(await orket(['verify', dir])).toMatchObject({ code: 23, answer: expect.stringContaining('artifacts/text') });
  });
});
