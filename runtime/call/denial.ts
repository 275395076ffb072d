import type { OrketError } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { Admitted } from './admit.ts';
import { errorOf, failureOf } from './failure.ts';
import type { Run } from './run.ts';

/**
 * Records that a call was refused before it began, and gives the error as the record holds it. What is called by a name
 * that nobody has counts as a destructive tool. `path` is that of the attempt.
 */
export async function denial(
  error: unknown,
  name: string,
  given: Admitted,
  run: Run,
  path: string,
): Promise<OrketError> {
  const failure = failureOf(error, run.mask);
  const make = async (): Promise<Draft<'call.denied'>> => {
    const { kind, risk } = run.registry.get(name) ?? { kind: 'tool', risk: 'destructive' };
    const input = await run.trail.record(given.value);
    return {
      type: 'call.denied',
      path,
      body: { kind, name, risk, input, inputDigest: given.digest, error: failure },
    };
  };
  const recorded = await run.trail.once({ type: 'call.denied', path, make });
  return errorOf(recorded.body.error);
}
