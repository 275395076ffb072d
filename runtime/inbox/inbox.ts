import type { BundleAdjustment, JsonValue } from '#crds';
import type { Identity } from '../journal/record.ts';

/**
 * The one door for people while no process may be running: a folder `inbox/` with a file a message, `ID.json`, written
 * aside, synced and renamed. The runtime journals each as `input.received` and removes it. An ID comes from its sender,
 * so that what is sent twice counts once. Any entry wakes a parked Session.
 */
export interface Inbox {
  /** What is there now, sorted by ID. A file that is no message is given with why. */
  read(): Promise<readonly Entry[]>;
  /** After the record of it is durable. */
  remove(id: string): Promise<void>;
  /** Calls back after something arrived; several arrivals may be one call. Never polls. */
  watch(arrived: () => void): { close(): void };
}

export type Entry =
  | { readonly id: string; readonly message: Message; readonly content: JsonValue }
  | {
      readonly id: string;
      readonly message: null;
      readonly content: JsonValue;
      /** As far as its place proves it. */
      readonly from: Identity;
      readonly refused: string;
    };

export type Message = Decision | Adjustment | Control;

interface Sent {
  /** 1 to 128 of `A-Za-z0-9._-`; the name of the file. */
  readonly id: string;
  readonly from: Identity;
}

/** What a person says to a gate. */
export interface Decision extends Sent {
  readonly kind: 'decision';
  /** `g<seq>`. */
  readonly gate: string;
  /** Of the gate as it was shown: a decision about anything else is refused. */
  readonly gateDigest: string;
  /** `approve` and `deny` for a call; `retry`, `supply` and `abort` for an outcome that nobody knows. */
  readonly verdict: 'approve' | 'deny' | 'retry' | 'supply' | 'abort';
  readonly note: string;
  /** Of approve: the input instead. */
  readonly input?: JsonValue;
  /** Of supply. */
  readonly outcome?: { readonly output: JsonValue } | { readonly error: { reason: string; message: string } };
}

/** What a person changes between steps. */
export interface Adjustment extends Sent {
  readonly kind: 'adjustment';
  readonly adjust: Adjust;
}

/**
 * What rules do as well; or an adjustment taken back, or one that was suggested applied, each by the id that its record
 * has. A step is named by its id, or one execution of it by its path without attempts: `fan#1/[2]/check#1`.
 */
export type Adjust =
  | BundleAdjustment
  | { readonly op: 'revert'; readonly reverts: string }
  | { readonly op: 'apply'; readonly applies: string };

export interface Control extends Sent {
  readonly kind: 'control';
  readonly control: 'pause' | 'resume' | 'cancel';
  readonly note: string;
}
