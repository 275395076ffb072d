import type { Bundle } from '#crds';
import type { ModelProvider } from '../models/provider.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Mask } from '../secrets/mask.ts';
import type { Policies } from './policy.ts';
import type { Registry } from './registry.ts';
import type { Schemas } from './schema.ts';
import type { Trail } from './trail.ts';

/** What all calls of one Session share. A replay runs the same calls on another trail, without provider and clock. */
export interface Run {
  readonly uid: string;
  readonly bundle: Bundle;
  readonly semantics: Semantics;
  readonly registry: Registry;
  readonly policies: Policies;
  readonly schemas: Schemas;
  readonly trail: Trail;
  readonly mask: Mask;
  readonly workspace: Workspace;
  readonly provider: ModelProvider;
  readonly clock: () => number;
  readonly sleep: Sleep;
  /** Text of a model turn as it arrives, masked; never recorded. */
  readonly onDelta: (path: string, text: string) => void;
}

/** Waits; true when the time has passed, false when the signal fired before. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<boolean>;

/** Where a call is made from, and what limits it. */
export interface CallSite {
  readonly run: Run;
  /** Of the call to be made, without its attempt: `review#1~1/t2~1/c1`. */
  readonly path: string;
  /** Id of the step that it serves. */
  readonly step: string;
  /** Of the call to be made; a step's call is at 1. */
  readonly depth: number;
  /** The calling role, null for a step. */
  readonly role: string | null;
  /** The names that the caller may use, null for all. */
  readonly offered: ReadonlySet<string> | null;
  /** What the step allows, null for no limit of its own. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
  /** Called with the path of each attempt before it is judged: a step says there that it has started. */
  readonly begin?: (path: string) => Promise<void>;
}
