import { digestOf, digestOfBytes, type Digest } from '#crds';
import { claimsOf } from './contents.ts';
import type { FileContent, JournalRecord, Recorded } from './record.ts';

/** A field of a record that says something else than follows from the record and those before it. */
export interface FalseClaim {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** The first digest of a record that is not the digest of what stands beside it, null where all are right. */
export function falseClaim(record: JournalRecord): FalseClaim | null {
  for (const { field, digest, of } of claimsOf(record)) {
    if (of === null) continue;
    const expected = digestOfContent(of);
    if (digest !== expected) return { field: `body.${field}`, expected, found: digest ?? 'null' };
  }
  return null;
}

function digestOfContent(content: Recorded | FileContent): Digest {
  if ('blob' in content) return content.blob.digest;
  return 'text' in content ? digestOfBytes(content.text) : digestOf(content.value);
}
