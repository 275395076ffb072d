import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, frameOf } from './frames.ts';
import { bounds } from './protocol.ts';

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 40 });

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(wellFormed, { maxLength: 8 }), fc.array(fc.nat(50), { maxLength: 40 }), (texts, cuts) => {
        const bytes = Buffer.concat(texts.map((text) => frameOf(text)));
        const reader = new FrameReader();
        const found: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          found.push(...reader.push(bytes.subarray(at, at + cut)));
          at = Math.min(at + cut, bytes.length);
        }
        found.push(...reader.push(bytes.subarray(at)));
        expect(found).toEqual(texts);
        expect(reader.isBroken).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('are refused by their length alone, before their bytes come', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(bounds.frameBytes + 1);
    expect(() => new FrameReader().push(header)).toThrow(RangeError);
    expect(() => frameOf('x'.repeat(bounds.frameBytes + 1))).toThrow(RangeError);
  });

  it('are refused where they are no UTF-8', () => {
    expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 1, 0xff]))).toThrow(TypeError);
  });

  it('that are cut off are told from those that are whole', () => {
    const reader = new FrameReader();
    reader.push(Buffer.from(frameOf('{"a":1}')).subarray(0, 6));
    expect(reader.isBroken).toBe(true);
  });
});
