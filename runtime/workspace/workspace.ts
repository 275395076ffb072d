import type { Digest } from '#crds';
import type { FileContent, WorkspaceChange } from '../journal/record.ts';

export type SpaceName = 'workspace' | 'domain' | 'launch' | `reference:${string}`;

/**
 * The files of one Session: its Workspace, the WorkDomain, ReferenceSpaces and the launch directory.
 * Paths are written `space:path` (`workspace:notes/a.md`, `reference:handbook:x`), `/` between segments; a path without a
 * space is in the Workspace.
 */
export interface Workspace {
  /** Where this view writes: empty for the Workspace itself, else the folder of a branch in it (`fan/left`). */
  readonly folder: string;
  /** Opens a view for one call; what takes long stops when `signal` fires. */
  forCall(signal?: AbortSignal): CallFiles;
  /**
   * Makes the folder of this view what the recorded changes of the whole Workspace say, from nothing. Throws JournalCorrupt
   * where a digest differs.
   */
  rebuild(
    changes: readonly WorkspaceChange[],
    read: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>,
  ): Promise<void>;
  /** SHA-256 of canonical `[[name, kind, digest], ...]`, see docs/concepts/files.md; of a branch that of its own folder. */
  treeDigest(): Promise<Digest>;
  /** The whole file, under the same rules as a call, not counted. */
  readFile(path: string): Promise<Uint8Array>;
  /**
   * The view of one branch of `parallel` or `forEach`: it writes in `folder` of this one (`STEP/BRANCH`), and sees its own
   * files laid over those that were here when it began, without those of other branches. Paths in it are those of a
   * Workspace of its own; recorded changes name the files where they are. It is rebuilt with the whole.
   * Throws PathRefused for a folder that is no path.
   */
  branch(folder: string): Workspace;
}

/** What one call may do with files. Every refusal is an OrketError PathRefused and counted. */
export interface CallFiles {
  read(path: string, limit: { readonly offset: number; readonly bytes: number }): Promise<FileText>;
  list(path: string, options: { readonly recursive: boolean; readonly max: number }): Promise<FileList>;
  search(
    path: string,
    pattern: string,
    options: { readonly max: number; readonly glob: string },
  ): Promise<SearchResult>;
  write(
    path: string,
    text: string,
  ): Promise<{ readonly path: string; readonly bytes: number; readonly digest: Digest }>;
  /**
   * Ends the view: nothing is done through it any more, and what is just being changed is waited for. A tool that goes on
   * after its call was given up can change nothing that the record does not say.
   */
  seal(): Promise<void>;
  /** What was done so far: goes into the outcome and into `file.access`. */
  log(): FileLog;
}

export interface FileText {
  readonly path: string;
  readonly text: string;
  /** Where `text` begins in the file, in bytes: the asked offset, moved on to the start of a character. */
  readonly offset: number;
  /** Bytes of `text`. */
  readonly bytes: number;
  /** Bytes of the whole file. */
  readonly sizeBytes: number;
  /** True where the file goes on after what was returned. */
  readonly truncated: boolean;
}

interface FileList {
  /** The first ones in the order of their paths by code point. */
  readonly entries: readonly FileEntry[];
  readonly truncated: boolean;
}

export interface FileEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly bytes: number;
}

export interface SearchResult {
  readonly matches: readonly { readonly path: string; readonly line: number; readonly text: string }[];
  /** True where there may be more: the limit was reached, or something was too large to be searched. */
  readonly truncated: boolean;
}

export interface FileLog {
  /** `[operation, space:path]`, sorted, unique. */
  readonly accesses: readonly (readonly [operation: 'read' | 'list' | 'write', path: string])[];
  readonly refusals: readonly { readonly path: string; readonly rule: string }[];
  /** Each file once. */
  readonly changes: readonly FileChange[];
}

export interface FileChange {
  /** In the whole Workspace. */
  readonly path: string;
  readonly before: Digest | null;
  readonly after: Digest | null;
  /** Still as bytes: the journal decides what is inline and what goes to the pack. */
  readonly bytes: Uint8Array | null;
}
