import { digestOfBytes, type Digest } from '../canonical/digest.ts';
import { canonicalCopy, canonicalJson, type JsonObject } from '../canonical/json.ts';
import { mergeInputs } from '../closure/inputs.ts';
import type { Closure } from '../closure/references.ts';
import { OrketError } from '../errors.ts';
import type { FlowWorkspace, Policy, Role, RoleLimits } from '../generated/resources.ts';
import type { Bundle, BundleRole, BundleRule, BundleWorkspace } from './bundle.ts';
import { own } from './own.ts';
import { pickParams } from './params.ts';
import { projectConductor } from './project-conductor.ts';
import { projectApprovers, projectScore } from './project-score.ts';
import { projectVenue } from './project-venue.ts';
import { quantityBytes } from './quantity.ts';
import { projectRetry } from './retry.ts';
import { bundleTools, type ToolTrees } from './tools.ts';
import { defaultsV1, withoutDefaults } from './v1.ts';

/** What a closure names and only content can pin. */
export interface Resolved {
  /** The Session's inputs, laid over the Flow's; without them the Flow's alone, which need not be complete. */
  readonly inputs?: JsonObject;
  /** Needed where the Flow has a domain. */
  readonly domainTree?: Digest;
  /** Needed for each reference space of the Flow, by its name. */
  readonly referenceTrees?: Readonly<Record<string, Digest>>;
  /** Needed for each Toolset with code of its own, by its name: the digest of the folder of that code. */
  readonly toolTrees?: ToolTrees;
  /** Needed for each model file of a Venue with provider llama, by the name of its back end. */
  readonly modelDigests?: Readonly<Record<string, Digest>>;
}

/**
 * Projects a closure without problems to the bundle of a run. Equal for any order of files, documents, keys and entries
 * of sets and maps. Throws `InvalidInput`, and `DomainNotReachable`,
 * `ToolsNotReachable` or `ProviderNotAvailable` where something is not resolved.
 */
export function projectBundle(closure: Closure, resolved: Resolved = {}): Bundle {
  const { flow, band, venue, policies } = closure;
  const { limits, workspace, inputSchema, conductor } = flow.spec;
  const inputs = resolved.inputs === undefined ? (flow.spec.inputs ?? {}) : mergeInputs(flow, resolved.inputs);
  const bundle = withoutDefaults(
    {
      bundleVersion: 1 as const,
      inputs,
      inputSchema,
      limits: withoutDefaults({ depth: limits.depth, ...projectLimits(limits) }, defaultsV1.limits),
      workspace: projectWorkspace(workspace, resolved),
      roles: band.spec.roles.map(projectRole).toSorted(byName),
      ...projectScore(closure),
      tools: bundleTools(closure, resolved.toolTrees ?? {}),
      policyRules: projectRules(policies),
      venue: projectVenue(venue, resolved.modelDigests),
      conductor: projectConductor(conductor),
    },
    defaultsV1.bundle,
  );
  return bundle;
}

/** The digest that a Session is pinned to: of the canonical JSON of its bundle. */
export function bundleDigest(bundle: Bundle): Digest {
  return digestOfBytes(canonicalCopy(bundle).text);
}

function projectWorkspace(
  { domain, references = [], policy, storage }: FlowWorkspace,
  resolved: Resolved,
): BundleWorkspace {
  return withoutDefaults(
    {
      readScope: policy.readScope.toSorted(),
      writeScope: policy.writeScope.toSorted(),
      sizeLimitBytes: sizeOf(storage.sizeLimit),
      domain: domain === undefined ? undefined : { tree: pinned(resolved.domainTree, 'spec.workspace.domain') },
      references: references
        .map(({ name }) => ({
          name,
          tree: pinned(own(resolved.referenceTrees, name), `spec.workspace.references[${name}]`),
        }))
        .toSorted(byName),
    },
    defaultsV1.workspace,
  );
}

function sizeOf(quantity: number | string): number {
  const bytes = quantityBytes(quantity);
  if (bytes !== undefined) return bytes;
  throw new OrketError('InvalidManifest', 'the size is no quantity', {
    at: 'spec.workspace.storage.sizeLimit',
    expected: 'a quantity, for example 1Gi',
    found: JSON.stringify(quantity),
  });
}

function pinned(tree: Digest | undefined, at: string): Digest {
  if (tree !== undefined) return tree;
  throw new OrketError('DomainNotReachable', 'the contents of a folder are not known here', {
    at,
    expected: 'a folder of the work tree that holds the manifests',
    found: 'none',
    remedy: 'Run the Flow from a checkout, or leave the folder out.',
  });
}

function projectRole(role: Role): BundleRole {
  const { name, description, prompt, instructions, model, params, inputSchema, outputSchema, timeoutSeconds } = role;
  const { retry, limits } = role;
  const tools = role.tools?.toSorted();
  const callable = role.callable?.toSorted();
  return withoutDefaults(
    {
      name,
      description,
      prompt,
      instructions,
      model,
      params: params === undefined ? undefined : pickParams(params),
      tools,
      callable,
      inputSchema,
      outputSchema,
      timeoutSeconds,
      retry: projectRetry(retry),
      tags: role.tags?.toSorted(),
      limits: limits === undefined ? undefined : projectLimits(limits),
    },
    defaultsV1.role,
  );
}

function projectLimits({ calls, tokens, cost, activeSeconds }: RoleLimits) {
  return withoutDefaults({ calls, tokens, cost, activeSeconds });
}

/**
 * The rules of Policies. They keep their order within a Policy. Names of Policies are in no bundle, so Policies come in the order of what they
 * say.
 */
export function projectRules(policies: readonly Policy[]): readonly BundleRule[] {
  const lists = policies.map(({ spec }) =>
    spec.rules.map((rule): BundleRule => {
      const { name, match, action } = rule;
      return withoutDefaults({ name, match, action, ...projectApprovers(rule) });
    }),
  );
  const keyed = lists.map((rules) => ({ rules, name: canonicalJson(rules.map((rule) => ({ ...rule }))) }));
  return keyed.toSorted(byName).flatMap(({ rules }) => rules);
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  if (left.name === right.name) return 0;
  return left.name < right.name ? -1 : 1;
}
