import type { Digest } from '../canonical/digest.ts';
import type { JsonObject } from '../canonical/json.ts';
import type {
  BuiltinTool,
  ModelParams,
  PolicyAction,
  ReadSpace,
  Risk,
  ScriptedReply,
  Step,
  VenueProvider,
  WriteSpace,
} from '../generated/resources.ts';

/**
 * Everything that shapes a run, in one resolved document: a projection of the closure with a version, never the stored
 * objects. A value equal to the default of its version is left out, so that a default added to a CRD changes no digest.
 * Names of the objects it came from, secrets, triggers and how Sessions are run are not in it.
 */
export interface Bundle {
  readonly bundleVersion: 1;
  /** The Flow's inputs, overlaid key by key at the top level by the Session's. */
  readonly inputs: JsonObject;
  readonly inputSchema?: JsonObject;
  readonly limits?: BundleLimits;
  readonly workspace?: BundleWorkspace;
  /** Sorted by name. */
  readonly roles: readonly BundleRole[];
  /** In the order in which they are executed. */
  readonly steps: readonly BundleStep[];
  /** Every tool that a role or step names, sorted by name. */
  readonly tools?: readonly BundleTool[];
  /** The rules of every Policy that applies; all count, and the strictest wins. */
  readonly policyRules?: readonly BundleRule[];
  readonly venue: BundleVenue;
}

export interface BundleLimits {
  /** Default 5. */
  readonly depth?: number;
  /** Default: no bound. */
  readonly activeSeconds?: number;
}

export interface BundleWorkspace {
  /** Sorted. Default all three. */
  readonly readScope?: readonly ReadSpace[];
  /** Default the workspace. */
  readonly writeScope?: readonly WriteSpace[];
  /** Default 1 GiB. */
  readonly sizeLimitBytes?: number;
  /** The tree of the WorkDomain; without it the Session has none. */
  readonly domain?: { readonly tree: Digest };
  /** Sorted by name. */
  readonly references?: readonly BundleReference[];
}

export interface BundleReference {
  readonly name: string;
  readonly tree: Digest;
}

export interface BundleRole {
  readonly name: string;
  readonly description?: string;
  readonly prompt: string;
  readonly instructions?: readonly string[];
  readonly model?: string;
  readonly params?: ModelParams;
  /** Sorted. */
  readonly tools?: readonly string[];
  /** Sorted. */
  readonly callable?: readonly string[];
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly timeoutSeconds?: number;
}

/** A step as its Score has it; an empty input is left out. */
export type BundleStep = Step;

export interface BundleTool {
  /** TOOLSET.TOOL, for example `files.read`. */
  readonly name: string;
  readonly source: { readonly type: 'builtin'; readonly name: BuiltinTool };
  readonly description?: string;
  /** Where it is more than the tool has by itself. */
  readonly risk?: Risk;
  readonly timeoutSeconds?: number;
}

export interface BundleRule {
  readonly name?: string;
  /** CEL over `call`. */
  readonly match: string;
  readonly action: PolicyAction;
}

export interface BundleVenue {
  readonly provider: VenueProvider;
  readonly params?: ModelParams;
  readonly timeouts?: BundleTimeouts;
  /** Default true. */
  readonly stream?: boolean;
  /** Sorted by name. */
  readonly backends?: readonly BundleBackend[];
  readonly replies?: readonly BundleReply[];
}

export interface BundleTimeouts {
  /** Default 10. */
  readonly connectSeconds?: number;
  /** Default 120. */
  readonly firstTokenSeconds?: number;
  /** Default 60. */
  readonly idleSeconds?: number;
  /** Default 600. */
  readonly totalSeconds?: number;
}

export interface BundleBackend {
  readonly name: string;
  /** The model to ask for; the digest of the file where a model is one. */
  readonly model: string;
  readonly baseURL?: string;
}

/** A reply as its Venue has it, but for arguments that are empty. */
export type BundleReply = Omit<ScriptedReply, 'toolCalls'> & {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments?: JsonObject }[];
};
