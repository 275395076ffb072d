import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#crds';
import { Assembly } from './assembly.ts';
import { answerBounds } from './bounds.ts';
import { createMask } from '../../secrets/mask.ts';
import { failuresAt } from './failure.ts';

const failures = failuresAt('http://server/v1', createMask(new Map()));
const open = (bounds = answerBounds): Assembly => new Assembly(bounds, failures);
const delta = (value: JsonValue, finish: string | null = null): JsonValue => ({
  choices: [{ index: 0, delta: value, finish_reason: finish }],
});
const callPiece = (value: JsonValue): JsonValue => delta({ tool_calls: [value] });

describe('putting a streamed answer together', () => {
  it('joins text and arguments however they were cut', () => {
    const call = fc.record({ name: fc.constantFrom('files__read', 'writer'), path: fc.string({ unit: 'grapheme' }) });
    // Blanks and what could be the start of a tag are held back until the answer ends.
    const held = fc.constantFrom(' ', '\n\n', '<', '<thin');
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'grapheme' }) }, { weight: 1, arbitrary: held }),
        fc.array(call, { maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (text, calls, size) => {
          const assembly = open();
          const heard = cut(text, size).map((piece) => assembly.add(delta({ content: piece })));
          for (const [index, { name, path }] of calls.entries()) {
            assembly.add(callPiece({ index, id: `x${index}`, function: { name, arguments: '' } }));
            for (const piece of cut(JSON.stringify({ path }), size)) {
              assembly.add(callPiece({ index, function: { arguments: piece } }));
            }
          }
          heard.push(assembly.add(delta({}, calls.length > 0 ? 'tool_calls' : 'stop')));
          const answer = assembly.complete();
          expect(answer.text).toBe(text);
          expect(heard.join('')).toBe(text);
          expect(answer.toolCalls).toEqual(
            calls.map(({ name, path }) => ({ name: name.replace('__', '.'), arguments: { parsed: { path } } })),
          );
        },
      ),
    );
  });

  it('tells calls apart that come interleaved', () => {
    const assembly = open();
    assembly.add(callPiece({ index: 0, function: { name: 'a', arguments: '{"x"' } }));
    assembly.add(callPiece({ index: 1, function: { name: 'b', arguments: '{"y"' } }));
    assembly.add(callPiece({ index: 0, function: { arguments: ':1}' } }));
    assembly.add(callPiece({ index: 1, function: { arguments: ':2}' } }));
    assembly.add(delta({}, 'tool_calls'));
    expect(assembly.complete().toolCalls).toEqual([
      { name: 'a', arguments: { parsed: { x: 1 } } },
      { name: 'b', arguments: { parsed: { y: 2 } } },
    ]);
  });

  it('takes whole calls from servers that leave the index out', () => {
    const assembly = open();
    assembly.add(callPiece({ function: { name: 'a', arguments: '{}' } }));
    assembly.add(callPiece({ function: { name: 'a', arguments: '{}' } }));
    assembly.add(delta({}, 'stop'));
    expect(assembly.complete()).toMatchObject({ finish: 'toolCalls', toolCalls: [{ name: 'a' }, { name: 'a' }] });
  });

  it('keeps the last usage that made sense', () => {
    const assembly = open();
    assembly.add({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } });
    assembly.add({ usage: { prompt_tokens: 5, completion_tokens: 6 } });
    assembly.add(delta({ content: 'x' }, 'stop'));
    expect(assembly.complete().usage).toEqual({ inputTokens: 5, outputTokens: 6 });
  });

  it('says when the model refused or was cut off', () => {
    const refused = open();
    expect(refused.add(delta({ refusal: 'I will not.' }, 'stop'))).toBe('I will not.');
    expect(refused.complete()).toMatchObject({ text: 'I will not.', finish: 'refusal' });
    const filtered = open();
    filtered.add(delta({ content: '' }, 'content_filter'));
    expect(filtered.complete().finish).toBe('refusal');
    const long = open();
    long.add(callPiece({ index: 0, function: { name: 'a', arguments: '{"pa' } }));
    long.add(delta({}, 'length'));
    expect(long.complete()).toMatchObject({ finish: 'length', toolCalls: [{ arguments: { unparsed: '{"pa' } }] });
  });

  it.each<[string, JsonValue[]]>([
    ['two finish reasons', [delta({}, 'stop'), delta({}, 'length')]],
    ['an index that is text', [callPiece({ index: '0', function: { name: 'a' } })]],
    ['a negative index', [callPiece({ index: -1, function: { name: 'a' } })]],
    ['a call that is no object', [callPiece('a')]],
    ['half of a surrogate pair', [delta({ content: '\ud83d' }, 'stop')]],
    ['calls announced and not made', [delta({}, 'tool_calls')]],
    ['no finish reason', [delta({ content: 'x' })]],
    ['a delta that is text', [delta('x')]],
    ['a chunk that is a list', [[]]],
  ])('breaks on %s', (_, chunks) => {
    expect(() => {
      const assembly = open();
      for (const chunk of chunks) assembly.add(chunk);
      assembly.complete();
    }).toThrow(expect.objectContaining({ reason: 'ModelAnswerBroken' }));
  });

  it('bounds text, arguments and calls', () => {
    const tooLarge = expect.objectContaining({ reason: 'ModelAnswerTooLarge' });
    const small = { ...answerBounds, contentLength: 10, toolCalls: 2 };
    expect(() => open(small).add(delta({ content: 'x'.repeat(11) }))).toThrow(tooLarge);
    expect(() => open(small).add(callPiece({ index: 0, function: { arguments: 'x'.repeat(11) } }))).toThrow(tooLarge);
    expect(() => open(small).add(callPiece({ index: 2, function: { name: 'a' } }))).toThrow(tooLarge);
  });
});

function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
