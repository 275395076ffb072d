import { expect } from 'vitest';
import type { BundleBlock, BundleStep } from '#crds';
import type { SessionEnded } from '#runtime';
import { stepOf } from './bundles.ts';
import { outline, type SessionRig } from './rig.ts';

/** A step that writes a file named after it. */
export function write(id: string, parts: Partial<BundleStep> = {}): BundleStep {
  return stepOf({ id, tool: 'files.write', input: { path: `${id}.md`, text: id }, ...parts });
}

/** A step that reads what is not there. */
export function fail(id: string, parts: Partial<BundleStep> = {}): BundleStep {
  return stepOf({ id, tool: 'files.read', input: { path: 'none.md' }, ...parts });
}

export function block(name: string, ...steps: readonly BundleStep[]): BundleBlock {
  return { name, steps };
}

/** Runs a Session to its end; a replay has to come to the same. */
export async function ended(rig: SessionRig): Promise<SessionEnded> {
  const result = await rig.run();
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  return result;
}

/** Types and paths of the records about steps alone. */
export async function stepsOf(rig: SessionRig): Promise<readonly string[]> {
  return outline(await rig.records()).filter((line) => /^(step|call\.retried|value|limit)/.test(line));
}
