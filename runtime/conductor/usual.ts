import { isJsonObject, type JsonObject } from '#crds';
import { parsePath } from '../call/path.ts';
import type { JournalRecord } from '../journal/record.ts';

/** A step wherever it is executed: its path without attempts, iterations and items. */
export function stepKey(path: string): string {
  return parsePath(path)
    .map(({ name }) => (name.startsWith('[') ? '[]' : name))
    .join('/');
}

/** The tokens that each execution of each step of a Session used, by the key of the step. */
export function tokensBySteps(records: Iterable<JournalRecord>): ReadonlyMap<string, readonly number[]> {
  const executions = new Map<string, number>();
  for (const record of records) {
    if (record.type === 'step.started')
      executions.set(iterationOf(record.path), executions.get(iterationOf(record.path)) ?? 0);
    if (record.type !== 'model.response' || record.body.usage === null) continue;
    const { inputTokens, outputTokens } = record.body.usage;
    for (const iteration of iterationsAbove(record.path)) {
      executions.set(iteration, (executions.get(iteration) ?? 0) + inputTokens + outputTokens);
    }
  }
  const samples = new Map<string, number[]>();
  for (const [iteration, tokens] of executions) {
    const key = stepKey(iteration);
    samples.set(key, [...(samples.get(key) ?? []), tokens]);
  }
  return samples;
}

/** What heuristics go by: the median of what the executions of each step used in earlier Sessions. */
export function usualTokens(sessions: readonly ReadonlyMap<string, readonly number[]>[]): JsonObject {
  const samples = new Map<string, number[]>();
  for (const [key, tokens] of sessions.flatMap((session) => [...session])) {
    samples.set(key, [...(samples.get(key) ?? []), ...tokens]);
  }
  const medians = [...samples].map(([key, tokens]): [string, number] => [key, median(tokens)]);
  return { sessions: sessions.length, tokens: Object.fromEntries(medians) };
}

/** What a step usually takes, as it was observed when the Session began; null for unknown. */
export function usualOf(observed: JsonObject | undefined, path: string): number | null {
  const tokens = observed?.['tokens'];
  const key = stepKey(path);
  const usual = isJsonObject(tokens) && Object.hasOwn(tokens, key) ? tokens[key] : null;
  return typeof usual === 'number' ? usual : null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function iterationOf(path: string): string {
  return path.replace(/~[1-9]\d*$/, '');
}

/** The iterations of steps that a path lies below, attempts of those around them kept. */
function iterationsAbove(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.flatMap((segment, index) =>
    segment.includes('#') ? [iterationOf(segments.slice(0, index + 1).join('/'))] : [],
  );
}
