import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThinkingFilter } from './thinking.ts';

function shown(pieces: readonly string[]): string {
  const filter = new ThinkingFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
}

describe('reasoning that a server left in the text', () => {
  it.each([
    ['is taken out with the blanks around it', '\n<think>\nHm.\n</think>\n\nParis.\n', 'Paris.\n'],
    ['is taken out where it is empty', '<think></think>Paris.', 'Paris.'],
    ['is all there is where it never ends', '<think>Hm. Paris</thin', ''],
    ['ends at the first closing tag', '<think>a</think>b</think>c', 'b</think>c'],
  ])('%s', (_, text, expected) => expect(shown([text])).toBe(expected));

  it.each(['Use <think>a</think> here.', '<thinking>a</thinking>', '<thi', ' ', '', '<', 'x<think>'])(
    '%j has none and stays as it is',
    (text) => expect(shown([text])).toBe(text),
  );

  it('is found however the text was cut', () => {
    const part = fc.constantFrom('<think>', '</think>', '<th', 'ink>', ' ', '\n', 'a', '<');
    const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), cuts, (parts, at) => {
        const text = parts.join('');
        const places = [0, ...at.filter((place) => place < text.length).toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(shown(pieces)).toBe(shown([text]));
      }),
      { numRuns: 300 },
    );
  });

  it('holds back no more than it has to', () => {
    const filter = new ThinkingFilter();
    expect(filter.push('<th')).toBe('');
    expect(filter.push('at')).toBe('<that');
    expect(filter.push('<think>')).toBe('<think>');
    expect(new ThinkingFilter().push(' '.repeat(65))).toBe(' '.repeat(65));
  });
});
