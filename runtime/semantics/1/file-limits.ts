/** What bounds a file operation. A verdict depends on each of them, so they are frozen with the semantics. */
export interface FileLimits {
  /** A larger file is neither read nor written nor searched. */
  readonly fileBytes: number;
  readonly pathBytes: number;
  readonly nameBytes: number;
  readonly depth: number;
  readonly linksFollowed: number;
  /** Entries that one listing or search may come across before it is refused. */
  readonly entriesSeen: number;
  /** Files that a Workspace may hold. */
  readonly files: number;
  /** What one call may do: how often it uses files, how often in vain, how many it writes, and how much in all. */
  readonly callOperations: number;
  readonly callRefusals: number;
  readonly callFiles: number;
  readonly callBytes: number;
  /** What one search looks at. */
  readonly searchFiles: number;
  readonly searchBytes: number;
  /** Characters times instructions of the pattern. */
  readonly searchWork: number;
  readonly patternLength: number;
  readonly patternInstructions: number;
  /** A longer line is searched up to here. */
  readonly lineLength: number;
  /** What is shown of a line, in UTF-16 units. */
  readonly shownLength: number;
}

export const fileLimits: FileLimits = {
  fileBytes: 16 * 1024 * 1024,
  pathBytes: 4096,
  nameBytes: 255,
  depth: 64,
  linksFollowed: 16,
  entriesSeen: 2_000_000,
  files: 100_000,
  callOperations: 10_000,
  callRefusals: 1_000,
  callFiles: 2_000,
  callBytes: 256 * 1024 * 1024,
  searchFiles: 20_000,
  searchBytes: 64 * 1024 * 1024,
  searchWork: 1_000_000_000,
  patternLength: 512,
  patternInstructions: 1_000,
  lineLength: 4_096,
  shownLength: 300,
};
