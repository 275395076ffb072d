/** What one set of manifests may be. A closure of Orket is a few hundred kilobytes; these bounds are far above. */
export const limits = {
  /** Bytes of one file. */
  fileBytes: 4 * 1024 * 1024,
  /** Bytes of all files. */
  totalBytes: 32 * 1024 * 1024,
  /** Files read. */
  files: 2_000,
  /** Entries of folders looked at. */
  entries: 50_000,
  /** Folders within folders. */
  folderDepth: 32,
  /** Documents in all files. */
  documents: 2_000,
  /** Pieces of syntax in one file: what bounds the memory and time of parsing. */
  tokens: 200_000,
  /** Lists and maps within each other. */
  depth: 64,
  /** Values of one document after every alias is followed. */
  values: 200_000,
} as const;
