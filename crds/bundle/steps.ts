import type { Digest } from '../canonical/digest.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { IdentityLevel, StepArtifact } from '../generated/resources.ts';

/** What is tried again, and when: exponential with jitter. Denials and validation errors never are. */
export interface BundleRetry {
  /** Attempts in all, at least 1. */
  readonly maxAttempts: number;
  /** Pause before the second attempt. Default 1. */
  readonly initialSeconds?: number;
  /** Each further pause is that much longer. Default 2. */
  readonly factor?: number;
  /** Longest pause. Default 60. */
  readonly maxSeconds?: number;
}

/** A step does exactly one of role, tool, score, approval, parallel and forEach. */
export interface BundleStep {
  readonly id: string;
  readonly role?: string;
  readonly tool?: string;
  /** The digest of one of `scores`; `input` becomes its inputs. */
  readonly score?: Digest;
  readonly approval?: BundleApproval;
  readonly parallel?: BundleParallel;
  readonly forEach?: BundleForEach;
  /** Of a role only. */
  readonly task?: string;
  readonly input?: JsonObject;
  /** CEL, bare: without it, or where it is true, the step is executed, else it is skipped. */
  readonly when?: string;
  readonly until?: BundleUntil;
  readonly retry?: BundleRetry;
  readonly timeoutSeconds?: number;
  readonly outputSchema?: JsonObject;
  readonly artifact?: StepArtifact;
}

/** Waits for people; its output is `{approved: true, by: [names], note}`. */
export interface BundleApproval extends BundleApprovers {
  /** What is asked, with expressions. */
  readonly message: string;
}

/** Who may approve, and what becomes of a gate that nobody decides. */
export interface BundleApprovers {
  readonly approvers?: {
    /** Sorted. Without users and groups everybody may who can be told apart as `minIdentity` asks. */
    readonly users?: readonly string[];
    readonly groups?: readonly string[];
    /** Default false. */
    readonly notRequester?: boolean;
    /** Different people who have to approve. Default 1. */
    readonly quorum?: number;
    /** The least that must be known of who decides. Default none; manifests that tell people apart default to os-uid. */
    readonly minIdentity?: IdentityLevel;
  };
  /** Default: never. */
  readonly expiresAfterSeconds?: number;
  /** Default deny. */
  readonly onExpiry?: 'deny' | 'allow' | 'abort';
}

/** Branches run side by side; the output is `{branches: {NAME: {output, status}}}`. */
export interface BundleParallel {
  /** In the order of the Score. */
  readonly branches: readonly { readonly name: string; readonly block: string }[];
  /** Whether the first branch that fails cancels the others. Default false: all end, then the step fails. */
  readonly failFast?: boolean;
}

/** A block for each item; the output is a list in the order of the items. */
export interface BundleForEach {
  /** CEL, bare, that gives a list. */
  readonly items: string;
  readonly block: string;
  /** Blocks at work at a time. Default 4. */
  readonly concurrency?: number;
  /** More items than that fail the step. Default 1000. */
  readonly maxItems?: number;
  readonly failFast?: boolean;
}

/** The step is executed again until the condition holds. Reaching the bound fails the step. */
export interface BundleUntil {
  /** CEL, bare, over the scope of the step with `output`, `iteration` (from 1) and `previous`. */
  readonly condition: string;
  readonly maxIterations: number;
}

export interface BundleBlock {
  readonly name: string;
  readonly steps: readonly BundleStep[];
}

/** A Score that steps call, by the digest of what it says here without `digest`. */
export interface BundleScore {
  readonly digest: Digest;
  readonly steps: readonly BundleStep[];
  readonly blocks?: readonly BundleBlock[];
}
