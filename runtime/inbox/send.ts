import fs from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, OrketError, parseJson } from '#crds';
import { inlineFileOps } from '../journal/file-ops.ts';
import { mostMessageBytes } from './folder-inbox.ts';
import { isMessageId, readMessage } from './message.ts';
import type { Message } from './inbox.ts';

/**
 * Puts a message into an inbox: written aside, synced, renamed, the folder synced. Whoever reads sees all of it or
 * nothing. Sent again under its ID it is there once. Throws `Usage` for what no reader would take.
 */
export function sendToInbox(folder: string, message: Message): void {
  const text = textOf(message);
  inlineFileOps.makeFolder(folder);
  const aside = join(folder, `.${message.id}.new`);
  fs.rmSync(aside, { force: true });
  const file = fs.openSync(aside, 'wx', 0o600);
  try {
    fs.writeFileSync(file, text);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(aside, join(folder, `${message.id}.json`));
  inlineFileOps.syncFolder(folder);
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
    expected: `a message of at most ${mostMessageBytes} bytes, as docs/concepts/inbox.md shows`,
    found,
  });
}
