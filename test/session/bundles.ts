import {
  digestOf,
  parseJson,
  type Bundle,
  type BundleBlock,
  type BundleReply,
  type BundleRole,
  type BundleScore,
  type BundleStep,
  type BundleTool,
  type BuiltinTool,
  type Risk,
} from '#crds';

/** A bundle of which a test shows only what matters to it. */
export function bundleOf(parts: Partial<Bundle> & { readonly replies?: readonly BundleReply[] } = {}): Bundle {
  const { replies, ...rest } = parts;
  return {
    bundleVersion: 1,
    inputs: {},
    roles: [roleOf()],
    steps: [stepOf({ role: 'writer', task: 'Write.' })],
    tools: ['list', 'read', 'search', 'write'].map((name) => toolOf(`files.${name}`, name as BuiltinTool)),
    venue: { provider: 'scripted', replies: replies ?? [{ text: 'Done.' }] },
    ...rest,
  };
}

export function roleOf(parts: Partial<BundleRole> = {}): BundleRole {
  return { name: 'writer', prompt: 'You write.', tools: ['files.list', 'files.read', 'files.write'], ...parts };
}

export function stepOf(parts: Partial<BundleStep> = {}): BundleStep {
  return { id: 'first', ...parts };
}

/** A Score that steps call by its digest. */
export function scoreOf(steps: readonly BundleStep[], blocks: readonly BundleBlock[] = []): BundleScore {
  const body = { steps, ...(blocks.length === 0 ? {} : { blocks }) };
  return { digest: digestOf(parseJson(JSON.stringify(body))), ...body };
}

export function toolOf(name: string, builtin: BuiltinTool, risk?: Risk): BundleTool {
  return { name, source: { type: 'builtin', name: builtin }, ...(risk === undefined ? {} : { risk }) };
}

/** The reply of a role in one of its turns. */
export function reply(role: string, turn: number, parts: BundleReply): BundleReply {
  return { when: `request.role == "${role}" && request.turn == ${turn}`, ...parts };
}
