import type { Bundle, JsonObject, JsonValue } from '#crds';
import type { JournalRecord } from './journal/record.ts';
import type { JournalStore } from './journal/store.ts';
import type { ModelProvider } from './models/provider.ts';
import type { Workspace } from './workspace/workspace.ts';

/** What a run needs beside its bundle and what does not shape the result: `launch.json`. Holds no secret. */
export interface Launch {
  readonly launchVersion: 1;
  readonly session: { readonly name: string; readonly uid: string };
  /** Recorded in `session.started` as it is: source (commit, dirty tree), host kind, names of the resources. */
  readonly provenance: JsonObject;
  /** Folders on this machine: absolute paths, never recorded. */
  readonly spaces: {
    readonly workspace: string;
    readonly domain: string | null;
    readonly launch: string | null;
    readonly references: Readonly<Record<string, string>>;
  };
  /** Per back end of the Venue: the file of a GGUF model. */
  readonly modelFiles: Readonly<Record<string, string>>;
}

/** Everything ambient that a Session uses, passed in. */
export interface SessionDeps {
  readonly store: JournalStore;
  readonly provider: ModelProvider;
  readonly workspace: Workspace;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** 32 random bytes as hex, used only where a new Session has to draw its seed. */
  readonly seed: () => string;
  /** Exact values to be replaced before anything is recorded, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Called for each record after it was written, and for each text delta. */
  readonly observe: (event: SessionEvent) => void;
}

export type SessionEvent =
  | { readonly type: 'record'; readonly record: JournalRecord }
  | { readonly type: 'delta'; readonly path: string; readonly text: string };

export interface SessionInput {
  readonly bundle: Bundle;
  readonly launch: Launch;
}

export interface SessionResult {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly result: JsonValue | null;
  readonly stateDigest: string;
  readonly error: { readonly reason: string; readonly message: string } | null;
}
