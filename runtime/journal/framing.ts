import { isAscii, isUtf8 } from 'node:buffer';
import { corrupt } from './chain.ts';

/** A journal's bytes cut into lines. */
export interface Framed {
  readonly lines: readonly string[];
  /** Where the last whole line ends. What follows lacks its newline: a write that did not end, never a record. */
  readonly wholeBytes: number;
}

const newline = 0x0a;
/** Below what one string can hold. */
const maxTextBytes = 256 * 1024 * 1024;

/**
 * Cuts bytes at newlines; `firstSeq` is the seq of the first line, for errors. Throws JournalCorrupt for a line that is
 * not UTF-8: decoding it anyway could give the text of another line.
 */
export function frame(bytes: Uint8Array, firstSeq = 1): Framed {
  const wholeBytes = bytes.lastIndexOf(newline) + 1;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, wholeBytes);
  // One pass over the lot is much faster than one for each line, and this is what most journals are.
  if (wholeBytes < maxTextBytes && isAscii(whole))
    return { lines: whole.toString('latin1').split('\n').slice(0, -1), wholeBytes };
  const lines: string[] = [];
  for (let start = 0; start < wholeBytes;) {
    const end = whole.indexOf(newline, start);
    lines.push(whole.toString('utf8', start, end));
    start = end + 1;
  }
  if (!isUtf8(whole)) throw corrupt({ ...notUtf8(whole, firstSeq) });
  return { lines, wholeBytes };
}

function notUtf8(whole: Buffer, firstSeq: number): Parameters<typeof corrupt>[0] {
  let seq = firstSeq;
  for (let start = 0; start < whole.length; seq += 1) {
    const end = whole.indexOf(newline, start);
    if (!isUtf8(whole.subarray(start, end))) break;
    start = end + 1;
  }
  return { seq, field: 'line', expected: 'UTF-8', found: 'other bytes' };
}
