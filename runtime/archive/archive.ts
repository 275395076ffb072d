import type { Digest } from '#crds';
import type { JournalSource } from '../journal/source.ts';
import type { Anchor } from '../journal/store.ts';

/**
 * One Session in one file, to be kept, sent and checked elsewhere: an uncompressed tar archive with these members and no
 * others, in this order. The same Session gives the same bytes. Source: docs/reference/journal.md, Archives.
 */
export const memberNames = [
  /** Digests of all other members, one a line as `sha256sum` writes and checks them. */
  'SHA256SUMS',
  /** What kept places of the chain the exporting machine had: told, and no proof, as they come with what they are of. */
  'anchors.jsonl',
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

/** An archive that is open to be read, never unpacked. */
export interface Archive {
  readonly label: ArchiveLabel;
  readonly source: JournalSource;
  /** `bundle.json` as it stands there. */
  readonly bundle: string;
  /** Those it carries. */
  readonly anchors: readonly Anchor[];
  /** The first member whose bytes do not have the digest in `SHA256SUMS`, null for none. Reads all of them. */
  readonly changedMember: () => Promise<ChangedMember | null>;
  readonly close: () => Promise<void>;
}

export interface ChangedMember {
  readonly name: MemberName;
  readonly expected: Digest;
  readonly found: Digest;
}
