import type { AnswerBounds } from './bounds.ts';
import type { Failures } from './failure.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * The data of each server-sent event of a body, in order. Comments and other fields are skipped. Lines, events and the
 * whole are bounded; bytes that are not UTF-8 break the answer.
 */
export async function* eventData(
  chunks: AsyncIterable<Uint8Array>,
  bounds: AnswerBounds,
  failures: Failures,
): AsyncGenerator<string> {
  let event: string[] = [];
  let eventLength = 0;
  for await (const line of lines(chunks, bounds, failures)) {
    if (line === '') {
      if (event.length > 0) yield event.join('\n');
      event = [];
      eventLength = 0;
      continue;
    }
    if (!line.startsWith('data:')) continue;
    const data = line.slice(line[5] === ' ' ? 6 : 5);
    eventLength += data.length;
    if (eventLength > bounds.lineBytes) throw failures.tooLarge(`at most ${bounds.lineBytes} bytes an event`, 'more');
    event.push(data);
  }
  // The last event of some servers lacks its empty line. Half an event does not parse, so nothing is taken for whole.
  if (event.length > 0) yield event.join('\n');
}

async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  bounds: AnswerBounds,
  failures: Failures,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let parts: Uint8Array[] = [];
  let length = 0;
  let total = 0;

  function take(rest: Uint8Array): string {
    const whole = parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
    parts = [];
    length = 0;
    const end = whole.at(-1) === carriageReturn ? whole.length - 1 : whole.length;
    try {
      return decoder.decode(whole.subarray(0, end));
    } catch {
      throw failures.broken('a stream in UTF-8', 'bytes that are not');
    }
  }

  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > bounds.wireBytes) throw failures.tooLarge(`at most ${bounds.wireBytes} bytes`, 'a longer stream');
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      if (length + end - start > bounds.lineBytes) throw longLine(bounds, failures);
      yield take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > bounds.lineBytes) throw longLine(bounds, failures);
    }
  }
  if (length > 0) yield take(new Uint8Array());
}

function longLine(bounds: AnswerBounds, failures: Failures): Error {
  return failures.tooLarge(`lines of at most ${bounds.lineBytes} bytes`, 'a longer line');
}
