import type { Identity } from '../journal/record.ts';
import type { People } from './people.ts';

/** What the kernel says of an open file. */
export interface FileFacts {
  readonly uid: number;
  readonly mode: number;
  readonly nlink: number;
}

export type Judged = { readonly from: Identity; readonly refused: string | null };

/** Nothing is known of who put something there. */
export const nobody: Identity = { name: 'unknown', groups: [], verifiedBy: 'none' };

const writableByOthers = 0o022;

/**
 * Who sent what a file holds. The file proves the account that owns it, as long as nobody else could have written into it
 * or given it a second name, and so never more than `os-uid`. Which name that account has the reader knows, not the file.
 */
export function senderOf(claim: Identity, file: FileFacts, people: People): Judged {
  const owner = ownerOf(file, people);
  if (owner === null) return { from: claimed(claim), refused: file.nlink === 1 ? null : 'the file has a second name' };
  if (claim.verifiedBy === 'none') return { from: claimed(claim), refused: null };
  if (claim.verifiedBy !== 'os-uid' || claim.name === owner.name) return { from: owner, refused: null };
  const says = `it says that it comes from ${JSON.stringify(claim.name)}, and its file belongs to ${JSON.stringify(owner.name)}`;
  return { from: owner, refused: says };
}

/** The account that wrote the file, null where another one may have. */
export function ownerOf({ uid, mode, nlink }: FileFacts, people: People): Identity | null {
  return nlink === 1 && (mode & writableByOthers) === 0 ? people(uid) : null;
}

/** A name that nobody vouches for; groups come with an account alone. */
function claimed({ name }: Identity): Identity {
  return { name, groups: [], verifiedBy: 'none' };
}
