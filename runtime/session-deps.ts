import { type BundleRule, type JsonValue } from '#crds';
import type { Inbox } from './inbox/inbox.ts';
import type { JournalRecord } from './journal/record.ts';
import type { JournalStore } from './journal/store.ts';
import type { ModelProvider } from './models/provider.ts';
import type { FileLimits } from './semantics/semantics.ts';
import type { StateStore } from './state/state.ts';
import type { HostedWork } from './tools/host/hosts.ts';
import type { Workspace } from './workspace/workspace.ts';

/** Everything ambient that a Session uses, passed in. */
export interface SessionDeps {
  readonly store: JournalStore;
  readonly provider: ModelProvider;
  /** Opens the files, bounded as the semantics of the Session say. */
  readonly openWorkspace: (limits: FileLimits) => Promise<Workspace>;
  /** What outlives the Session, by its Flow. */
  readonly state: StateStore;
  /** Where the tools of others run; the caller closes it. */
  readonly hosts: HostedWork;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves after that many milliseconds, or rejects when the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 32 random bytes as hex, used only where a new Session has to draw its seed. */
  readonly seed: () => string;
  /** Exact values to be replaced before anything is recorded, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Ends the Session in order with reason `Cancelled`; what is in flight is stopped. */
  readonly cancel: AbortSignal;
  /** Ends this attempt in order, with nothing more recorded; a next attempt goes on. */
  readonly stop: AbortSignal;
  /** Called for each record after it was written, and for each text delta. */
  readonly observe: (event: SessionEvent) => void;
  /** Where people reach the Session; without it nobody does. */
  readonly inbox?: Inbox;
  /** How long all of a Session waits for people before its process goes. Default 10,000. */
  readonly parkAfterMs?: number;
  /** Rules of Policies that were not pinned, as they are now. */
  readonly livePolicies?: () => readonly BundleRule[];
}

export type SessionEvent =
  | { readonly type: 'record'; readonly record: JournalRecord }
  | { readonly type: 'delta' | 'log'; readonly path: string; readonly text: string }
  | { readonly type: 'progress'; readonly path: string; readonly fraction: number | null; readonly text: string };

export type SessionResult = SessionEnded | SessionParked;

export interface SessionEnded {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly result: JsonValue | null;
  readonly stateDigest: string;
  readonly error: { readonly reason: string; readonly message: string } | null;
}

/** The attempt has ended and the Session waits for people: a next attempt goes on once there is something in the inbox. */
export interface SessionParked {
  readonly status: 'parked';
  readonly why: 'approval' | 'paused';
  /** Names of the gates that are open. */
  readonly gates: readonly string[];
}
