import type { JsonObject } from '../canonical/json.ts';
import type { ModelParams } from '../generated/resources.ts';

/** What governs between steps. */
export interface BundleConductor {
  /** Default suggest: rules and heuristics propose, people apply. */
  readonly mode?: 'suggest' | 'auto';
  /** In their order. */
  readonly rules?: readonly BundleConductorRule[];
  readonly heuristics?: BundleHeuristics;
}

export interface BundleConductorRule {
  readonly name: string;
  /** Default after. */
  readonly phase?: 'before' | 'after';
  /** CEL, bare, over the view of the step. */
  readonly when: string;
  readonly adjust: BundleAdjustment;
}

/** One thing that a Conductor does; `value` by `op` as docs/concepts/conductor.md shows. */
export interface BundleAdjustment {
  readonly op: 'skip' | 'patch' | 'enable' | 'disable' | 'pause' | 'retry' | 'abort' | 'suggest';
  readonly step?: string;
  readonly role?: string;
  readonly tool?: string;
  /** Of patch: what to set. */
  readonly patch?: BundlePatch;
  readonly reason?: string;
}

export interface BundlePatch {
  /** Of a step. */
  readonly task?: string;
  readonly input?: JsonObject;
  /** Of a role: `prompt` replaces its prompt, `instructions` are added to its own. */
  readonly prompt?: string;
  readonly instructions?: readonly string[];
  readonly model?: string;
  readonly params?: ModelParams;
}

/** Absent is off; a number is what it takes. */
export interface BundleHeuristics {
  /** Answers in a row that do not meet the schema. */
  readonly schemaFailures?: number;
  /** Identical calls within one conversation. */
  readonly identicalCalls?: number;
  /** Steps in a row, or iterations, that change neither output nor files. */
  readonly stagnation?: number;
  /** Times the median tokens that the same step of this Flow used before. */
  readonly tokenFactor?: number;
}
