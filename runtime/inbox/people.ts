import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Identity } from '../journal/record.ts';

/** Who an account of this machine is to this machine. */
export type People = (uid: number) => Identity;

/** The accounts that this machine knows, as it says when asked. The sender's own word is not among what is asked. */
export const systemPeople: People = (uid) => identityOf(uid, textOf('/etc/passwd'), textOf('/etc/group'), ownName);

/**
 * The account with that number: its name and the names of its groups, sorted. Where the tables name none it is
 * `uid:NUMBER`, in no group.
 */
export function identityOf(
  uid: number,
  passwd: string,
  group: string,
  otherwise: (uid: number) => string | null = () => null,
): Identity {
  const account = rows(passwd).find(([, , number]) => number === `${uid}`);
  const name = account?.[0] ?? otherwise(uid) ?? `uid:${uid}`;
  const groups = rows(group).flatMap(([title = '', , number, members = '']) =>
    number === account?.[3] || members.split(',').includes(name) ? [title] : [],
  );
  return { name, groups: [...new Set(groups)].toSorted(), verifiedBy: 'os-uid' };
}

/** Accounts of a directory service stand in no table; of its own one a process knows the name all the same. */
function ownName(uid: number): string | null {
  try {
    const own = userInfo();
    return own.uid === uid ? own.username : null;
  } catch {
    return null;
  }
}

function rows(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([title = '']) => title !== '' && !title.startsWith('#'));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
