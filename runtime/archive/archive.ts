import type { Digest } from '#crds';
import type { JournalSource } from '../journal/source.ts';

/**
 * One Session in one file, to be kept, sent and checked elsewhere: an uncompressed tar archive with these members and no
 * others, in this order. They follow from the folder of the Session alone, so that it gives the same bytes everywhere: anchors,
 * which every machine keeps for itself, are not among them. Source: docs/reference/journal.md, Archives.
 */
export const memberNames = [
  /** Digests of all other members, one a line as `sha256sum` writes and checks them. */
  'SHA256SUMS',
  /** Which Session it is, as canonical JSON. */
  'archive.json',
  'blobs.pack',
  'bundle.json',
  'journal.jsonl',
] as const;

export type MemberName = (typeof memberNames)[number];

/** Where there was no value too long for a line there is no pack. */
export const optionalMembers: ReadonlySet<MemberName> = new Set(['blobs.pack']);

/** `archive.json`. */
export interface ArchiveLabel {
  readonly archiveVersion: 1;
  readonly session: { readonly name: string; readonly uid: string };
}

export function isSessionName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z0-9][-a-z0-9.]{0,252}$/.test(name);
}

/** An archive that is open to be read, never unpacked. */
export interface Archive {
  readonly label: ArchiveLabel;
  readonly source: JournalSource;
  /** `bundle.json` as it stands there. */
  readonly bundle: string;
  /** The first member whose bytes do not have the digest in `SHA256SUMS`, null for none. Reads all of them. */
  readonly changedMember: () => Promise<ChangedMember | null>;
  readonly close: () => Promise<void>;
}

export interface ChangedMember {
  readonly name: MemberName;
  readonly expected: Digest;
  readonly found: Digest;
}
