import type { BundleStep } from '#crds';
import { isFinal, saysNothingHappened } from '../call/retry.ts';
import type { ErrorBody, Recovery } from '../journal/record.ts';
import type { Place } from './place.ts';

/** What a failed tool may be called again with: nothing happened, or it happens once, or it is undone before. */
const repeatable: ReadonlySet<Recovery> = new Set<Recovery>(['safe', 'keyed', 'workspace']);

/** How long to wait before a step that failed is tried again; null where it is not. */
export function pauseAfter(
  step: BundleStep,
  failure: ErrorBody,
  failures: number,
  path: string,
  { run, blocks }: Place,
): number | null {
  const { retry } = step;
  const seen = new Set<readonly BundleStep[]>();
  if (retry === undefined || failures >= retry.maxAttempts || !mayRepeat(step, failure)) return null;
  return run.semantics.retryPauseMs(retry, failures, path);

  function mayRepeat(failed: BundleStep, { reason }: ErrorBody): boolean {
    // The Venue's own retry has been used up for these, and what a role or tool declares goes before what a step does.
    if (isFinal(reason) || reason.startsWith('Model')) return false;
    const declared = run.registry.get(failed.role ?? failed.tool ?? '')?.retry;
    if (declared !== undefined) return false;
    return saysNothingHappened(reason) || [...toolsOf([failed])].every((tool) => isRepeatable(tool));
  }

  function isRepeatable(tool: string): boolean {
    const recovery = run.registry.get(tool)?.recovery;
    return recovery !== undefined && repeatable.has(recovery);
  }

  /** The tools that steps call themselves, in their blocks and Scores as well: a failed tool fails no role. */
  function* toolsOf(steps: readonly BundleStep[], known = blocks): Generator<string> {
    if (seen.has(steps)) return;
    seen.add(steps);
    for (const { tool, parallel, forEach, score: digest } of steps) {
      if (tool !== undefined) yield tool;
      const named = [...(parallel?.branches ?? []), ...(forEach === undefined ? [] : [forEach])];
      for (const { block } of named) yield* toolsOf(known.find(({ name }) => name === block)?.steps ?? [], known);
      const score = run.bundle.scores?.find((one) => one.digest === digest);
      if (score !== undefined) yield* toolsOf(score.steps, score.blocks ?? []);
    }
  }
}
