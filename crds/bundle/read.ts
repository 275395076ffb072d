import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import type { Bundle } from './bundle.ts';
import { checkNames } from './read-names.ts';
import { blocks, scores, steps } from './read-steps.ts';
import { tool } from './read-tools.ts';
import { digest, expression, label, params, seconds, toolName } from './read-words.ts';
import { anyObject, flag, integer, list, object, oneOf, text, type Reader } from './reader.ts';

const tokens = integer(0, 100_000_000);

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
  },
);

const rule = object({ match: expression, action: oneOf('allow', 'deny') }, { name: label });

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

const reply = object(
  {},
  {
    when: expression,
    text: text(32_768),
    toolCalls: list(object({ name: text(128) }, { arguments: anyObject }), 16),
    usage: object({}, { inputTokens: tokens, outputTokens: tokens }),
    delaySeconds: integer(0, 3_600),
    error: object({ status: integer(400, 599) }, { message: text(1_024) }),
  },
);

const venue = object(
  { provider: oneOf('openai', 'llama', 'scripted') },
  {
    params,
    timeouts: object(
      {},
      { connectSeconds: seconds, firstTokenSeconds: seconds, idleSeconds: seconds, totalSeconds: seconds },
    ),
    stream: flag,
    backends: list(object({ name: label, model: text(1_024) }, { baseURL: text(2_048) }), 16),
    replies: list(reply, 64),
  },
);

const bundle: Reader<Bundle> = object(
  { bundleVersion: oneOf(1), inputs: anyObject, roles: list(role, 32), steps, venue },
  {
    inputSchema: anyObject,
    limits: object({}, { depth: integer(1, 32), activeSeconds: seconds }),
    workspace,
    blocks,
    scores,
    tools: list(tool, 512),
    policyRules: list(rule, 4_096),
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
