import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import type { Bundle } from './bundle.ts';
import { tool } from './read-tools.ts';
import { digest, expression, label, params, seconds, toolName } from './read-words.ts';
import { anyObject, flag, integer, list, mismatch, object, oneOf, text, type Reader } from './reader.ts';

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

const artifact = object({ name: text(128), mediaType: text(128) }, { path: text(1_024) });

const step = object(
  { id: label },
  {
    role: label,
    tool: toolName,
    task: text(8_192),
    input: anyObject,
    timeoutSeconds: seconds,
    outputSchema: anyObject,
    artifact,
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
  { bundleVersion: oneOf(1), inputs: anyObject, roles: list(role, 32), steps: list(step, 64), venue },
  {
    inputSchema: anyObject,
    limits: object({}, { depth: integer(1, 32), activeSeconds: seconds }),
    workspace,
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

function checkNames({ roles, steps, tools = [] }: Bundle): void {
  const roleNames = unique(
    roles.map(({ name }) => name),
    'bundle.roles',
  );
  const toolNames = unique(
    tools.map(({ name }) => name),
    'bundle.tools',
  );
  unique(
    steps.map(({ id }) => id),
    'bundle.steps',
  );
  for (const [index, each] of steps.entries()) {
    const at = `bundle.steps[${index}]`;
    if ((each.role === undefined) === (each.tool === undefined))
      throw mismatch(at, 'exactly one of role and tool', 'both or none');
    if (each.role !== undefined) known(each.role, roleNames, `${at}.role`);
    if (each.tool !== undefined) known(each.tool, toolNames, `${at}.tool`);
  }
  for (const [index, { idempotency }] of tools.entries()) {
    if (idempotency?.probe !== undefined) known(idempotency.probe, toolNames, `bundle.tools[${index}].idempotency`);
  }
  for (const [index, each] of roles.entries()) {
    each.tools?.forEach((name) => known(name, toolNames, `bundle.roles[${index}].tools`));
    each.callable?.forEach((name) => known(name, roleNames, `bundle.roles[${index}].callable`));
  }
}

function unique(names: readonly string[], at: string): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw mismatch(at, 'each name once', `${JSON.stringify(name)} again`);
    seen.add(name);
  }
  return seen;
}

function known(name: string, names: ReadonlySet<string>, at: string): void {
  if (!names.has(name)) throw mismatch(at, 'a name that the bundle has', JSON.stringify(name));
}
