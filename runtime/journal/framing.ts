import { isAscii, isUtf8 } from 'node:buffer';

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
 * Cuts bytes at newlines. A line that is not UTF-8 becomes a text that is no JSON and so no record: decoding it as it is
 * could give the text of another line.
 */
export function frame(bytes: Uint8Array): Framed {
  const wholeBytes = bytes.lastIndexOf(newline) + 1;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, wholeBytes);
  // One pass over the lot is much faster than one for each line, and this is what most journals are.
  if (wholeBytes < maxTextBytes && isAscii(whole))
    return { lines: whole.toString('latin1').split('\n').slice(0, -1), wholeBytes };
  const sound = isUtf8(whole);
  const lines: string[] = [];
  for (let start = 0; start < wholeBytes;) {
    const end = whole.indexOf(newline, start);
    const text = whole.toString('utf8', start, end);
    lines.push(sound || isUtf8(whole.subarray(start, end)) ? text : `\ufffd not UTF-8: ${text}`);
    start = end + 1;
  }
  return { lines, wholeBytes };
}
