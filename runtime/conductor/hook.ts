import type { BundleStep, JsonObject, JsonValue } from '#crds';
import { stablePath } from '../call/path.ts';
import type { Seen } from '../semantics/semantics.ts';
import type { StepEnd, StepView } from './conductor.ts';

/** A point at which a Conductor has its say: before an iteration of a step, or after an attempt at one ended. */
export type Hook = { readonly view: StepView } & (
  | { readonly phase: 'before'; readonly ended: null }
  | { readonly phase: 'after'; readonly ended: StepEnd }
);

/** The iteration, or the attempt: what is recorded here stands below it. */
export function placeOf({ view, ended }: Hook): string {
  return ended === null ? view.path : ended.path;
}

/** The path of the Nth adjustment here, from 1. */
export function recordPath(hook: Hook, number: number): string {
  return `${placeOf(hook)}/${hook.phase === 'before' ? 'b' : 'e'}${number}`;
}

/** What was seen of an iteration when an attempt at it ended, and which try at it that was. */
export type SeenTry = Seen & { readonly tries: number };

/** What rules see. `usage` is of what limits the step: the Session, or its branch; null where no rule looks at it. */
export function scopeOf({ view, ended }: Hook, usage: JsonValue, seen: SeenTry | null): JsonObject {
  const { step, iteration, scope, path } = view;
  return {
    ...scope,
    step: { ...facts(step), path: stablePath(path), iteration },
    ...(usage === null ? {} : { usage }),
    ...(ended === null || seen === null
      ? {}
      : {
          attempt: seen.tries,
          status: ended.status,
          ...(ended.error === null ? { output: ended.output } : { error: { ...ended.error } }),
          used: { ...seen.used },
          signals: { ...seen.signals },
        }),
  };
}

function facts({ id, role, tool }: BundleStep): JsonObject {
  return { id, role: role ?? '', tool: tool ?? '' };
}
