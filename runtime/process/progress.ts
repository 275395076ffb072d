import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { SessionEvent } from '../session-deps.ts';

/**
 * What a session process tells whoever started it, one JSON object a line: `{"type":"record","seq","record","path"}`
 * for each record that was written (the journal itself holds the rest) and `{"type":"delta","path","text"}`.
 */
export interface Progress {
  tell(event: SessionEvent): void;
  /** Everything told so far is on its way. */
  end(): Promise<void>;
}

/** Bytes that may wait for a slow reader. Beyond it deltas are dropped: the record that follows has the whole text. */
const mostWaiting = 1024 * 1024;

/** Progress over an inherited descriptor, or none. A reader that goes away disturbs nothing. */
export function openProgress(fd: number | null): Progress {
  if (fd === null) return { tell: () => {}, end: async () => {} };
  const stream = createWriteStream('', { fd });
  let broken = false;
  stream.on('error', () => {
    broken = true;
  });
  return {
    tell(event) {
      if (broken || (event.type !== 'record' && stream.writableLength > mostWaiting)) return;
      stream.write(`${lineOf(event)}\n`);
    },
    end: () => (broken ? Promise.resolve() : ended(stream)),
  };
}

async function ended(stream: WriteStream): Promise<void> {
  stream.end();
  try {
    await once(stream, 'close');
  } catch {
    // The reader is gone; there is nobody left to tell.
  }
}

function lineOf(event: SessionEvent): string {
  if (event.type !== 'record') return JSON.stringify(event);
  const { seq, type, path } = event.record;
  return JSON.stringify({ type: 'record', seq, record: type, path });
}
