import type { Bundle, JsonObject } from '#crds';

/** What a run needs beside its bundle and what does not shape the result: `launch.json`. Holds no secret. */
export interface Launch {
  readonly launchVersion: 1;
  readonly session: { readonly name: string; readonly uid: string };
  /** Recorded in `session.started` as it is: source (commit, dirty tree), host kind, names of the resources. */
  readonly provenance: JsonObject;
  /** What earlier Sessions of the Flow used, recorded in `session.started`. Absent where nothing asks for it. */
  readonly observed?: JsonObject;
  /** Folders on this machine: absolute paths, never recorded. */
  readonly spaces: {
    readonly workspace: string;
    readonly domain: string | null;
    readonly references: Readonly<Record<string, string>>;
  };
  /**
   * Where Policies stand now, and which Flow they have to take; absent where they are nowhere but in the bundle. Not for
   * the runtime: whoever starts it reads them there again.
   */
  readonly policies?: {
    /** File or folder of manifests on this machine. */
    readonly manifests: string;
    readonly namespace: string;
    /** Of the Flow, as it was when the Session was made. */
    readonly labels: Readonly<Record<string, string>>;
  };
  /** Per back end of the Venue: the file of a GGUF model. */
  readonly modelFiles: Readonly<Record<string, string>>;
  /** Per digest of a tree of tool code in the bundle: its folder on this machine. Absent where no tool has code. */
  readonly toolFolders?: Readonly<Record<string, string>>;
  /** Per back end of the Venue: the name of the secret that is its key, as in `secrets`. Absent where none needs one. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** What each back end of the Venue may be asked. Absent for no limit. */
  readonly venueLimits?: {
    /** Turns at a time. */
    readonly concurrency?: number;
    readonly requestsPerMinute?: number;
    /** In and out. */
    readonly tokensPerMinute?: number;
  };
}

export type PolicyPlace = NonNullable<Launch['policies']>;
export type VenueLimits = NonNullable<Launch['venueLimits']>;

export interface SessionInput {
  readonly bundle: Bundle;
  readonly launch: Launch;
}
