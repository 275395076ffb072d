import { digestOf, digestOfBytes, type Digest } from '#crds';
import type { FileContent, JournalRecord, Recorded } from './record.ts';

/** A digest that a record states, and the value or file beside it that the digest is of. */
interface Claim {
  readonly field: string;
  readonly digest: Digest | null;
  readonly of: Recorded | FileContent | null;
}

export interface FalseClaim {
  readonly field: string;
  readonly expected: Digest;
  readonly found: string;
}

/** The first digest of a record that is not the digest of what stands beside it, null where all are right. */
export function falseClaim(record: JournalRecord): FalseClaim | null {
  for (const { field, digest, of } of claims(record)) {
    // Content may be left out where only digests are kept.
    if (of === null) continue;
    const expected = digestOfContent(of);
    if (digest !== expected) return { field: `body.${field}`, expected, found: digest ?? 'null' };
  }
  return null;
}

function claims(record: JournalRecord): readonly Claim[] {
  switch (record.type) {
    case 'step.started':
    case 'call.intent':
    case 'call.denied':
      return [{ field: 'inputDigest', digest: record.body.inputDigest, of: record.body.input }];
    case 'step.ended':
      return [{ field: 'outputDigest', digest: record.body.outputDigest, of: record.body.output }];
    case 'call.outcome':
      return [
        { field: 'outputDigest', digest: record.body.outputDigest, of: record.body.output },
        ...record.body.changes.map(({ after, content }, index) => ({
          field: `changes[${index}].after`,
          digest: after,
          of: content,
        })),
      ];
    case 'model.request':
      return record.body.messages.map(({ digest, message }, index) => ({
        field: `messages[${index}].digest`,
        digest,
        of: message,
      }));
    case 'artifact.written':
      return [{ field: 'digest', digest: record.body.digest, of: record.body.content }];
    case 'session.ended':
      return [{ field: 'resultDigest', digest: record.body.resultDigest, of: record.body.result }];
    default:
      return [];
  }
}

function digestOfContent(content: Recorded | FileContent): Digest {
  if ('blob' in content) return content.blob.digest;
  return 'text' in content ? digestOfBytes(content.text) : digestOf(content.value);
}
