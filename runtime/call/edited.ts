import type { JsonValue } from '#crds';
import { attemptPath, childPath } from './path.ts';
import type { Run } from './run.ts';

/** The input that people had a call made with instead of the one that was asked for; undefined where they left it. */
export async function editedInput(base: string, { trail }: Run): Promise<JsonValue | undefined> {
  const path = attemptPath(base, trail.lastAttempt(base));
  let edited: JsonValue | undefined;
  for (let number = 1; ; number += 1) {
    const at = childPath(path, `g${number}`);
    if (trail.recall('gate.opened', at)?.body.kind !== 'policy') return edited;
    const decided = trail.recall('gate.decided', at)?.body;
    if (decided?.verdict !== 'edited' || decided.valueDigest === null) continue;
    edited = await trail.read(decided.value, decided.valueDigest);
  }
}
