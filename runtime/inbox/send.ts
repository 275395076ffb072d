import { join } from 'node:path';
import { canonicalJson, OrketError, parseJson } from '#crds';
import { writeDurably } from '../journal/durable-file.ts';
import { inlineFileOps, type InlineFileOps } from '../journal/file-ops.ts';
import { mostMessageBytes } from './folder-inbox.ts';
import { isMessageId, readMessage } from './message.ts';
import type { Message } from './inbox.ts';

/**
 * Puts a message into an inbox: written aside, synced, renamed, the folder synced. Whoever reads sees all of it or
 * nothing. Sent again under its ID it is there once. Throws `Usage` for what no reader would take.
 */
export function sendToInbox(folder: string, message: Message, ops: InlineFileOps = inlineFileOps): void {
  writeDurably(join(folder, `${message.id}.json`), textOf(message), ops);
}

function textOf(message: Message): string {
  const value = parseJson(JSON.stringify(message));
  const text = canonicalJson(value);
  const { refused } = isMessageId(message.id)
    ? readMessage(value, message.id)
    : { refused: 'id: expected a file name' };
  const found = Buffer.byteLength(text) > mostMessageBytes ? `${Buffer.byteLength(text)} bytes` : refused;
  if (found === undefined) return text;
  throw new OrketError('Usage', 'this message cannot be sent', {
    expected: `a message of at most ${mostMessageBytes} bytes`,
    found,
    remedy: 'Say it in fewer words.',
  });
}
