import type { Digest } from '../canonical/digest.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { BuiltinTool } from '../closure/builtin-tools.ts';
import type { ModelParams, ReadSpace, Risk, ScriptedReply, VenueProvider, WriteSpace } from '../generated/resources.ts';
import type { BundleConductor } from './conductor.ts';
import type { BundleApprovers, BundleBlock, BundleRetry, BundleScore, BundleStep } from './steps.ts';

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
  /** What `parallel` and `forEach` of these steps refer to, sorted by name. */
  readonly blocks?: readonly BundleBlock[];
  /** Every Score that a step calls, directly or not, each once, sorted by digest. */
  readonly scores?: readonly BundleScore[];
  /** Every tool that a role or step names, sorted by name. */
  readonly tools?: readonly BundleTool[];
  /** The rules of every Policy that applies; all count, and the strictest wins. */
  readonly policyRules?: readonly BundleRule[];
  readonly venue: BundleVenue;
  readonly conductor?: BundleConductor;
}

/** Bounds on the Session in a Flow, on one call of the role in a role. What is absent has no bound. */
export interface BundleLimits {
  /** Calls below each other; only of a Flow. Default 5. */
  readonly depth?: number;
  /** Calls of roles, tools and Scores, every attempt counted. */
  readonly calls?: number;
  /** Tokens in and out of all model turns. */
  readonly tokens?: number;
  /** In units of the Venue's pricing: a decimal such as `2.50`, at most 4 digits before the point and 6 behind it. */
  readonly cost?: string;
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
  readonly retry?: BundleRetry;
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly limits?: Omit<BundleLimits, 'depth'>;
}

export interface BundleTool {
  /** TOOLSET.TOOL, for example `files.read`. */
  readonly name: string;
  readonly source: BundleToolSource;
  readonly description?: string;
  /** Of a built-in tool only where it is more than the tool has by itself; of another its risk, absent for destructive. */
  readonly risk?: Risk;
  readonly timeoutSeconds?: number;
  readonly retry?: BundleRetry;
  /** Sorted. */
  readonly tags?: readonly string[];
  /** Not of built-in tools. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly idempotency?: BundleIdempotency;
  /** Whether it has no effect of its own but through its context, so that it may call others and be run again. */
  readonly reentrant?: boolean;
  /** Of the definition that was accepted. */
  readonly digest?: Digest;
}

/** The code of `module` and `python` is pinned by the digest of its tree. */
export type BundleToolSource =
  | { readonly type: 'builtin'; readonly name: BuiltinTool }
  | { readonly type: 'module' | 'python'; readonly tree: Digest; readonly entry: string; readonly tool: string };

/** What may be done when an attempt ends without a definite answer. Default none, `safe` for what only reads. */
export interface BundleIdempotency {
  readonly mode: 'none' | 'safe' | 'keyed' | 'probe';
  /** Of mode probe: the tool that is asked, TOOLSET.TOOL; it gets `{key, input}` and answers `{happened, output}`. */
  readonly probe?: string;
}

export interface BundleRule extends BundleApprovers {
  readonly name?: string;
  /** CEL over `call`, `usage` and `session`. */
  readonly match: string;
  readonly action: 'allow' | 'deny' | 'approve';
}

export interface BundleVenue {
  readonly provider: VenueProvider;
  /** How a back end is chosen among those that are well. Default priority. */
  readonly strategy?: 'priority' | 'weighted' | 'leastBusy';
  readonly params?: ModelParams;
  /** Of one model turn. Default three attempts. */
  readonly retry?: BundleRetry;
  /** Sorted by model. */
  readonly pricing?: readonly BundlePrice[];
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
  /** Lower comes first. Default 0. */
  readonly priority?: number;
  /** Share of the turns, beside those of equal priority. Default 1. */
  readonly weight?: number;
}

/** Prices per million tokens, decimals as in `limits.cost`. */
export interface BundlePrice {
  /** As requests or back ends name it; `*` for every other. */
  readonly model: string;
  readonly input: string;
  readonly output: string;
  /** Of input tokens that the server had in its cache. Default `input`. */
  readonly cachedInput?: string;
}

/** A reply as its Venue has it, but for arguments that are empty. */
export type BundleReply = Omit<ScriptedReply, 'toolCalls'> & {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments?: JsonObject }[];
};
