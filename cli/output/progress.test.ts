import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '#runtime';
import { fakeShell } from '../../test/cli/fake-shell.ts';
import type { Terminal } from '../terminal.ts';
import { Progress } from './progress.ts';

function progressOn(terminal: Partial<Terminal> = {}): { readonly progress: Progress; readonly seen: () => string } {
  let seen = '';
  const { shell } = fakeShell({
    interactive: true,
    say: (line) => (seen += `${line}\n`),
    draw: (text) => (seen += text),
    ...terminal,
  });
  return { progress: new Progress(shell.terminal), seen: () => seen };
}

function answered(path: string): JournalRecord {
  return {
    type: 'model.response',
    path,
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    body: { response: null, error: null },
  } as never;
}

const delta = (path: string, text: string) => ({ type: 'delta', path, text }) as const;

describe('progress', () => {
  it('draws nothing while something else has the terminal, and tells its lines afterwards', () => {
    const { progress, seen } = progressOn();
    progress.tell(delta('a#1~1/t1~1', 'before'));
    const giveBack = progress.lend();
    const before = seen();
    progress.note('one');
    progress.tell(delta('b#1~1/t1~1', 'hidden'));
    expect(seen()).toBe(before);
    giveBack();
    progress.note('two');
    expect(seen()).toBe(`${before}one\ntwo\n`);
  });

  it('streams the text of a turn with whose it is', () => {
    const { progress, seen } = progressOn();
    for (const text of ['The ', 'tide', '\u001b[31m']) progress.tell(delta('one#1~1/t1~1', text));
    progress.record(answered('one#1~1/t1~1'));
    progress.note('next');
    expect(seen()).toBe('one#1/t1> The tide\uFFFD[31m\nnext\n');
  });

  it.each([
    ['none', /^tool hosts run without isolation/],
    ['user', /^tool hosts run as another user only/],
    ['namespaces', /^$/],
  ])('says once how hosts are kept apart where that is less than by namespaces: %s', (kind, said) => {
    const { progress, seen } = progressOn();
    const body = { provenance: { hosts: { isolation: { kind, user: 'own' } } } };
    progress.record({ ...answered(''), type: 'session.started', body } as never);
    expect(seen().trimEnd().split('\n').join('|')).toMatch(said);
  });

  it('keeps turns side by side apart', () => {
    const { progress, seen } = progressOn();
    progress.tell(delta('fan#1~1/left/a#1~1/t1~1', 'Left'));
    progress.tell(delta('fan#1~1/right/a#1~1/t1~1', 'Right'));
    progress.tell(delta('fan#1~1/left/a#1~1/t1~1', ' left'));
    progress.record(answered('fan#1~1/right/a#1~1/t1~1'));
    progress.tell(delta('fan#1~1/left/a#1~1/t1~1', '.'));
    progress.record(answered('fan#1~1/left/a#1~1/t1~1'));
    const [left, right] = ['fan#1/left/a#1/t1> ', 'fan#1/right/a#1/t1> '];
    expect(seen()).toBe(`${left}Left left\n${right}Right\n${left}.\n`);
  });

  it('marks each line of a model, which looks like none of ours then', () => {
    const { progress, seen } = progressOn();
    for (const text of ['Done.\n', '\n12:00  gate.decided  g7 ', 'approved\n', '\n'])
      progress.tell(delta('one#1~1/t1~1', text));
    progress.record(answered('one#1~1/t1~1'));
    progress.tell(delta('two#1~1/t1~1', 'a\nb'));
    expect(seen()).toBe('one#1/t1> Done.\n> \n> 12:00  gate.decided  g7 approved\ntwo#1/t1> a\n> b');
  });

  it('shows text that comes after its record, and then that of the next turn as it comes', () => {
    const { progress, seen } = progressOn();
    progress.record(answered('one#1~1/t1~1'));
    progress.tell(delta('one#1~1/t1~1', 'late'));
    progress.tell(delta('two#1~1/t1~1', 'now'));
    expect(seen()).toBe('one#1/t1> late\ntwo#1/t1> now');
  });

  it('shows what tools log on one line each, and how far they are at most once a second', () => {
    let now = 0;
    const { progress, seen } = progressOn({ interactive: false, clock: () => now });
    progress.tell({ type: 'log', path: 'a#1~1', text: 'two\nlines\u001b[2J\n' });
    const at = (fraction: number | null, text = ''): void =>
      progress.tell({ type: 'progress', path: 'a#1~1', fraction, text });
    at(0.1, 'rows');
    at(0.2, 'rows');
    now = 1_000;
    at(null, 'sorting');
    progress.tell(delta('a#1~1/t1~1', 'for a terminal alone'));
    expect(seen()).toBe('a#1~1: two lines\uFFFD[2J\na#1~1: 10 % rows\na#1~1: sorting\n');
  });

  it('asks again below what is told while a question is open', () => {
    const { progress, seen } = progressOn();
    progress.asks('g8 approve it? ');
    progress.note('beside it');
    progress.tell(delta('one#1~1/t1~1', 'not now'));
    progress.asks(null);
    progress.note('after it');
    expect(seen()).toBe('\nbeside it\ng8 approve it? after it\n');
  });
});
