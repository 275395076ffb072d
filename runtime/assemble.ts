import type { Bundle } from '#crds';
import { roleCallable } from './agent/agent.ts';
import { compilePolicies } from './call/policy.ts';
import { createRegistry } from './call/registry.ts';
import type { Run } from './call/run.ts';
import { Governor } from './conductor/governor.ts';
import { Schemas } from './call/schema.ts';
import type { Started } from './opening.ts';
import { semanticsOf } from './semantics/semantics.ts';
import { toolsOf } from './tools/builtin.ts';

/** A compiled schema is the same for every run of this process. */
const schemas = new Schemas();

/** What of a run is its own: a live one reaches out, a replay reaches only into its journal. */
export type RunParts = Pick<
  Run,
  'trail' | 'mask' | 'workspace' | 'provider' | 'state' | 'clock' | 'sleep' | 'onDelta' | 'onLog' | 'onProgress'
>;

/**
 * Puts a run together from its bundle: the registry of roles and tools, Policies and schemas, under the semantics that
 * the Session is pinned to. Throws `RuntimeUnsupported`, `InvalidExpression`, `InvalidManifest`.
 */
export function assembleRun(bundle: Bundle, { uid, seed, semantics: number, observed }: Started, parts: RunParts): Run {
  const semantics = semanticsOf(number);
  return {
    ...parts,
    uid,
    seed,
    bundle,
    semantics,
    registry: createRegistry([...bundle.roles.map((role) => roleCallable(role, semantics)), ...toolsOf(bundle)]),
    policies: compilePolicies(bundle.policyRules ?? []),
    schemas,
    conductor: new Governor({ bundle, semantics, trail: parts.trail, mask: parts.mask, observed }),
  };
}
