import type { JsonValue } from '#crds';
import type { Identity } from '../journal/record.ts';
import type { Message } from './inbox.ts';
import { readMessage } from './message.ts';

/** A message as its record has it, null for none. What was recorded as its sender counts, not what it says of itself. */
export function recalledMessage(content: JsonValue, id: string, from: Identity): Message | null {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return null;
  const sender = { name: from.name, groups: [...from.groups], verifiedBy: from.verifiedBy };
  return readMessage({ ...content, from: sender }, id).message;
}
