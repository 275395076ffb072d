import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBounds } from './bounds.ts';
import { eventData } from './event-stream.ts';
import { createMask } from '../../secrets/mask.ts';
import { failuresAt } from './failure.ts';

const failures = failuresAt('http://server/v1', createMask(new Map()));

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    if (cut > from) yield bytes.subarray(from, cut);
    from = Math.max(from, cut);
  }
}

async function read(text: string, cuts: readonly number[] = [], bounds = answerBounds): Promise<string[]> {
  const events: string[] = [];
  for await (const data of eventData(chunked(Buffer.from(text), cuts), bounds, failures)) events.push(data);
  return events;
}

describe('reading events', () => {
  it.each([
    ['one event', 'data: a\n\n', ['a']],
    ['without the space', 'data:a\n\n', ['a']],
    ['with carriage returns', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['of several lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['among comments and other fields', ': ping\n\nevent: x\nid: 7\ndata: a\nretry: 1\n\n', ['a']],
    ['whose last has no empty line', 'data: a\n\ndata: b', ['a', 'b']],
    ['after a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['none', '', []],
  ])('%s', async (_, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it('gives the same events wherever the network cuts the bytes', async () => {
    const event = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/[\r\n]/.test(text));
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 6 }), cuts, async (events, places) => {
        const text = events.map((data) => `data: ${data}\n\n`).join('');
        expect(await read(text, places)).toEqual(events);
      }),
    );
  });

  it.each([
    ['a line', `data: ${'x'.repeat(100)}\n\n`, { lineBytes: 50 }],
    ['a line without an end', `data: ${'x'.repeat(100)}`, { lineBytes: 50 }],
    ['an event of many lines', 'data: xxxxxxxxx\n'.repeat(10), { lineBytes: 50 }],
    ['a stream', 'data: x\n\n'.repeat(20), { wireBytes: 100 }],
  ])('ends %s that is too long', async (_, text, bounds) => {
    await expect(read(text, [10, 20, 30], { ...answerBounds, ...bounds })).rejects.toMatchObject({
      reason: 'ModelAnswerTooLarge',
    });
  });
});
