import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import type { Bundle, BundleRole, BundleRule } from './bundle.ts';
import { conductor } from './read-conductor.ts';
import { checkNames } from './read-names.ts';
import { approvalFields, blocks, scores, steps } from './read-steps.ts';
import { tool } from './read-tools.ts';
import { venue } from './read-venue.ts';
import { decimal, digest, expression, label, params, retry, seconds, toolName } from './read-words.ts';
import { anyObject, integer, list, object, oneOf, text, type Reader } from './reader.ts';

const bounds = {
  calls: integer(1, 1_000_000),
  tokens: integer(1, 1_000_000_000_000),
  cost: decimal,
  activeSeconds: seconds,
};

/** Reads the limits of a call, as a role has them. Throws `BundleMismatch` that names the place. */
export const readCallLimits: Reader<NonNullable<BundleRole['limits']>> = object({}, bounds);

const role = object(
  { name: label, prompt: text(32_768) },
  {
    description: text(1_024),
    instructions: list(text(4_096), 64),
    model: text(256),
    params,
    tools: list(toolName, 64),
    callable: list(label, 31),
    inputSchema: anyObject,
    outputSchema: anyObject,
    timeoutSeconds: seconds,
    retry,
    tags: list(label, 16),
    limits: readCallLimits,
  },
);

const rule = object(
  { match: expression, action: oneOf('allow', 'deny', 'approve') },
  { name: label, ...approvalFields },
);

const workspace = object(
  {},
  {
    readScope: list(oneOf('workspace', 'reference', 'domain'), 3),
    writeScope: list(oneOf('workspace'), 1),
    sizeLimitBytes: integer(0, Number.MAX_SAFE_INTEGER),
    domain: object({ tree: digest }, {}),
    references: list(object({ name: label, tree: digest }, {}), 16),
  },
);

const rules: Reader<readonly BundleRule[]> = list(rule, 4_096);

const bundle: Reader<Bundle> = object(
  { bundleVersion: oneOf(1), inputs: anyObject, roles: list(role, 32), steps, venue },
  {
    inputSchema: anyObject,
    limits: object({}, { depth: integer(1, 32), ...bounds }),
    workspace,
    blocks,
    scores,
    tools: list(tool, 512),
    policyRules: rules,
    conductor,
  },
);

/**
 * Reads a bundle that came from outside. Trusts nothing: exactly the members of its version, each within its bounds, and
 * every name leads somewhere. Throws `BundleMismatch`, and `RuntimeUnsupported` for another version.
 */
export function readBundle(value: JsonValue): Bundle {
  const version = isJsonObject(value) ? value['bundleVersion'] : undefined;
  if (typeof version === 'number' && version !== 1) {
    throw new OrketError('RuntimeUnsupported', 'the bundle has another version', {
      expected: 'version 1',
      found: `version ${version}`,
    });
  }
  const read = bundle(value, 'bundle');
  checkNames(read);
  return read;
}

/** Reads rules that came from outside by themselves, in the form that they have in a bundle. Throws `BundleMismatch`. */
export function readRules(value: JsonValue): readonly BundleRule[] {
  return rules(value, 'rules');
}
