import type { Risk } from '../../journal/record.ts';
import type { Verdict } from '../../call/policy.ts';

/** What holds where a bundle says nothing. */
export const defaults = {
  /** Calls below each other; a step's call is the first. */
  depth: 5,
  /** Items of a forEach, and how many are at work at a time. */
  items: 1_000,
  concurrency: 4,
  /** For one call of a tool whose Toolset sets none. */
  toolTimeoutSeconds: 60,
  /** Turns of one conversation. */
  turns: 32,
  /** Turns in a row that a model may spend on answers nobody can use. */
  repairs: 2,
  /** Calls in one turn. */
  callsPerTurn: 64,
  /** Attempts at one model turn whose server says that nothing happened. */
  turnAttempts: 3,
  /** Before the second attempt; each further one waits four times as long. */
  turnBackoffMs: 500,
  /** How often rules may have one iteration of a step tried again. */
  retriesByRules: 3,
  /** Attempts at a call that may be repeated with its key, where nothing else is declared. */
  keyedAttempts: 3,
  /** Characters of a model's own text that it is shown again, and of an error that it is told. */
  excerpt: 2_000,
} as const;

const byNoRule = { reason: 'Default', rules: [], decidedBy: null, asking: [] } as const;

/** The verdict where no rule decides: what changes nothing outside the Workspace is allowed, everything else asks. */
export function verdictByDefault(risk: Risk): Verdict {
  switch (risk) {
    case 'read':
    case 'write':
      return { verdict: 'allow', ...byNoRule };
    case 'network':
    case 'destructive':
      return { verdict: 'approve', ...byNoRule };
  }
}
