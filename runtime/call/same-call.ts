import { OrketError, type JsonValue } from '#crds';
import { admit } from './admit.ts';
import { attemptPath, childPath } from './path.ts';
import type { CallSite } from './run.ts';

/**
 * A tool that is run again has to call what it called before, in the same order: only then are the recorded answers the
 * answers to what it asks. Throws `ToolDiverged` where it calls something else at this place.
 */
export function expectSameCall(name: string, input: JsonValue, { run, path }: CallSite): void {
  const first = attemptPath(path, 1);
  const recorded = run.trail.recall('call.intent', first) ?? run.trail.recall('call.denied', first);
  if (recorded === undefined) return;
  // What people changed at a gate is not what the tool asked for; that is what waited there first.
  const gate = run.trail.recall('gate.opened', childPath(first, 'g1'));
  const asked = gate?.body.kind === 'policy' ? gate : recorded;
  const { digest } = admit(input, run.mask);
  if (recorded.body.name === name && asked.body.inputDigest === digest) return;
  throw new OrketError('ToolDiverged', 'a tool that was run again calls something else than before', {
    at: path,
    expected: `${recorded.body.name} with input ${asked.body.inputDigest}`,
    found: `${name} with input ${digest}`,
  });
}
