import type { OrketError } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { Admitted } from './admit.ts';
import { errorOf, failureOf } from './failure.ts';
import { attemptPath } from './path.ts';
import type { CallSite } from './run.ts';

/**
 * Records that a call was refused before it began, and gives the error as the record holds it. What is called by a name
 * that nobody has counts as a destructive tool.
 */
export async function denial(
  error: unknown,
  name: string,
  given: Admitted,
  { run, path }: CallSite,
): Promise<OrketError> {
  const failure = failureOf(error, run.mask);
  const at = attemptPath(path, 1);
  const make = async (): Promise<Draft<'call.denied'>> => {
    const { kind, risk } = run.registry.get(name) ?? { kind: 'tool', risk: 'destructive' };
    const input = await run.trail.record(given.value);
    return {
      type: 'call.denied',
      path: at,
      body: { kind, name, risk, input, inputDigest: given.digest, error: failure },
    };
  };
  const recorded = await run.trail.once({ type: 'call.denied', path: at, make });
  return errorOf(recorded.body.error);
}
