import fc from 'fast-check';
import type { Bundle, BundleReply, BundleRole, BundleStep, JsonObject } from '#crds';
import { bundleOf, reply, toolOf } from './bundles.ts';

/** Calls as models make them: good ones, ones that fail, are denied, or are no calls at all. */
const toolCall = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({ path: filePath(), text: fc.string({ maxLength: 12 }) })
      .map((input) => called('files.write', input)),
  },
  { weight: 4, arbitrary: filePath().map((path) => called('files.read', { path })) },
  { weight: 2, arbitrary: fc.constant(called('files.list', { path: 'workspace:', recursive: true })) },
  { weight: 1, arbitrary: fc.constant(called('files.search', { path: 'workspace:', pattern: 'a' })) },
  { weight: 1, arbitrary: fc.constant(called('net.read', { path: 'a.md' })) },
  { weight: 1, arbitrary: fc.constant(called('files.read', { path: '../outside' })) },
  { weight: 1, arbitrary: fc.constant(called('files.write', { wrong: true })) },
  { weight: 1, arbitrary: fc.constant(called('nobody.here', {})) },
);

function filePath(): fc.Arbitrary<string> {
  // A folder and a file of one name, so that some writes have to fail; secret.md is denied by a rule.
  return fc.constantFrom('a.md', 'b.md', 'notes/a.md', 'notes', 'deep/er/c.md', 'secret.md');
}

type Call = { readonly name: string; readonly arguments: JsonObject };

function called(name: string, input: JsonObject): Call {
  return { name, arguments: input };
}

const names = ['alpha', 'beta', 'gamma'];

/** The turns of each role: some with calls, then an end. A role may call those after it. */
function roleTurns(index: number): fc.Arbitrary<readonly BundleReply[]> {
  const role = names[index] ?? '';
  const inner = names.slice(index + 1).map((name) => called(name, { task: `Do it for ${role}.` }));
  const anyCall =
    inner.length === 0
      ? toolCall
      : fc.oneof({ weight: 4, arbitrary: toolCall }, { weight: 1, arbitrary: fc.constantFrom(...inner) });
  const turn = fc.array(anyCall, { minLength: 1, maxLength: 3 });
  const end = fc.oneof(
    { weight: 8, arbitrary: fc.constant<BundleReply>({ text: '{"done":true}' }) },
    { weight: 1, arbitrary: fc.constant<BundleReply>({ text: 'not JSON' }) },
    { weight: 1, arbitrary: fc.constant<BundleReply>({ error: { status: 503 } }) },
  );
  return fc
    .tuple(fc.array(turn, { maxLength: 3 }), end)
    .map(([turns, last]) => [
      ...turns.map((calls, at) => reply(role, at + 1, { text: `Turn ${at + 1}.`, toolCalls: calls })),
      { when: `request.role == "${role}"`, ...last },
    ]);
}

/** Steps that contain no others. */
export const randomStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...names)
      .map((role): Partial<BundleStep> => ({ role, task: 'Work on ${{ inputs.topic }}.' })),
  },
  {
    weight: 1,
    arbitrary: filePath().map((path): Partial<BundleStep> => ({
      tool: 'files.write',
      input: { path, text: 'by ${{ inputs.topic }}' },
    })),
  },
  { weight: 1, arbitrary: fc.constant<Partial<BundleStep>>({ tool: 'files.list', input: { path: 'workspace:' } }) },
);

/** Bundles that use all of a Score, with replies that make Sessions succeed and fail in many ways. */
export const randomBundle: fc.Arbitrary<Bundle> = fc
  .record({
    steps: fc.array(randomStep, { minLength: 1, maxLength: 3 }),
    replies: fc.tuple(roleTurns(0), roleTurns(1), roleTurns(2)),
    schemas: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    artifact: fc.boolean(),
  })
  .map(({ steps, replies, schemas, artifact }) =>
    bundleOf({
      inputs: { topic: 'tides' },
      roles: names.map((name, index) => randomRole(name, index, schemas[index] ?? false)),
      steps: steps.map((parts, index) => ({
        id: `s${index + 1}`,
        ...parts,
        ...(artifact && index === 0 ? { artifact: { name: 'kept', mediaType: 'text/plain', path: 'a.md' } } : {}),
      })),
      tools: [
        toolOf('files.list', 'list'),
        toolOf('files.read', 'read'),
        toolOf('files.search', 'search'),
        toolOf('files.write', 'write'),
        toolOf('net.read', 'read', 'network'),
      ],
      policyRules: [
        {
          match: 'call.name == "files.write" && has(call.input.path) && call.input.path == "secret.md"',
          action: 'deny',
        },
        { match: 'call.name == "net.read"', action: 'deny' },
      ],
      replies: replies.flat(),
    }),
  );

function randomRole(name: string, index: number, schema: boolean): BundleRole {
  return {
    name,
    prompt: `You are ${name}.`,
    tools: ['files.list', 'files.read', 'files.search', 'files.write', 'net.read'],
    callable: names.slice(index + 1),
    ...(schema
      ? { outputSchema: { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] } }
      : {}),
  };
}
