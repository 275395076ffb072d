import { OrketError } from '#crds';

/**
 * The plainest form of a tar archive (POSIX ustar): regular files of fixed modes, without owners and times. A member is
 * one header and its bytes, filled up with zeros to a whole number of blocks; two blocks of zeros are the end.
 */
export const blockBytes = 512;
export const endBytes = 2 * blockBytes;
/** What eleven octal digits can say. */
const maxMemberBytes = 8 ** 11 - 1;

export interface Member {
  readonly name: string;
  readonly bytes: number;
}

/** The header of a member: the same bytes for the same name and size, on every machine. Throws `StorageExceeded`. */
export function headerOf({ name, bytes }: Member): Buffer {
  if (bytes > maxMemberBytes) {
    const detail = { at: name, expected: `at most ${maxMemberBytes} bytes`, found: `${bytes} bytes` };
    throw new OrketError('StorageExceeded', 'a file is too large for an archive', detail);
  }
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number): void => {
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  header.write(name, 0, 100, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  octal(0, 329, 8);
  octal(0, 337, 8);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** How many zeros follow a member's bytes. */
export function fillOf(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

/** The member that a header is of: null unless it is, byte for byte, the one that `headerOf` makes. */
export function memberOf(header: Buffer): Member | null {
  const end = header.indexOf(0);
  const name = header.toString('latin1', 0, end === -1 ? 0 : Math.min(end, 99));
  const size = header.toString('latin1', 124, 135);
  if (!/^[A-Za-z0-9.-]+$/.test(name) || !/^[0-7]{11}$/.test(size)) return null;
  const member = { name, bytes: Number.parseInt(size, 8) };
  return header.equals(headerOf(member)) ? member : null;
}
