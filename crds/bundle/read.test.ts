import { describe, expect, it } from 'vitest';
import { digestOf } from '../canonical/digest.ts';
import { canonicalCopy, isJsonObject, parseJson, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { bundleFrom, completeDocuments } from '../../test/crds/complete.ts';
import { readBundle } from './read.ts';

const complete = objectOf(canonicalCopy(bundleFrom(completeDocuments())).value);

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function bundleWith(members: JsonObject): JsonObject {
  return { ...complete, ...members };
}

const code: JsonObject = { type: 'module', tree: digestOf('a'), entry: 'a.ts', tool: 'b' };

const look = { name: 'look', steps: [{ id: 'a', tool: 'files.list' }] };

function each(block: string): JsonObject {
  return { id: 'a', forEach: { items: '[1]', block } };
}

function fan(...names: readonly string[]): JsonObject {
  return { id: 'a', parallel: { branches: names.map((name) => ({ name, block: 'look' })) } };
}

/** A tool with code; a member of null is left out. */
function toolWith(members: JsonObject): JsonObject {
  const whole = { name: 'a.b', source: code, inputSchema: {}, ...members };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}

describe('readBundle', () => {
  it.each<[string, JsonValue, string]>([
    ['no object', [1], 'bundle: '],
    ['nothing of it', {}, 'a member bundleVersion'],
    ['an unknown member', bundleWith({ secrets: {} }), '"secrets"'],
    ['a member __proto__', parseJson('{"__proto__": {}, "bundleVersion": 1}'), '"__proto__"'],
    ['inputs that are a list', bundleWith({ inputs: [] }), 'bundle.inputs'],
    ['a role without a prompt', bundleWith({ roles: [{ name: 'a' }] }), 'bundle.roles[0]: '],
    ['a role with an odd name', bundleWith({ roles: [{ name: '../a', prompt: 'x' }] }), 'bundle.roles[0].name'],
    [
      'two roles of one name',
      bundleWith({
        roles: [
          { name: 'a', prompt: 'x' },
          { name: 'a', prompt: 'y' },
        ],
      }),
      '"a" again',
    ],
    ['a step of no role', bundleWith({ steps: [{ id: 'a', role: 'nobody' }] }), '"nobody"'],
    ['a step of role and tool', bundleWith({ steps: [{ id: 'a', role: 'lead', tool: 'files.read' }] }), 'exactly one'],
    ['a step with a missing tool', bundleWith({ steps: [{ id: 'a', tool: 'files.write' }] }), '"files.write"'],
    ['a role with a missing tool', bundleWith({ tools: [] }), 'bundle.'],
    [
      'a tree that is no digest',
      bundleWith({ workspace: { domain: { tree: 'sha256:x' } } }),
      'bundle.workspace.domain.tree',
    ],
    [
      'a source that is unknown',
      bundleWith({ tools: [{ name: 'a.b', source: { type: 'shell', name: 'read' } }] }),
      'one of builtin',
    ],
    ['a tool with code but without a schema', bundleWith({ tools: [toolWith({ inputSchema: null })] }), 'inputSchema'],
    ['code outside of its tree', bundleWith({ tools: [toolWith({ source: { ...code, entry: '../a.ts' } })] }), 'entry'],
    ['code by an absolute path', bundleWith({ tools: [toolWith({ source: { ...code, entry: '/a.ts' } })] }), 'entry'],
    ['code without a tree', bundleWith({ tools: [toolWith({ source: { ...code, tree: 'a' } })] }), 'source.tree'],
    [
      'a built-in tool with a schema',
      bundleWith({ tools: [{ ...toolWith({}), source: { type: 'builtin', name: 'read' } }] }),
      '"inputSchema"',
    ],
    [
      'a probe that the bundle does not have',
      bundleWith({
        roles: [],
        steps: [],
        scores: [],
        tools: [toolWith({ idempotency: { mode: 'probe', probe: 'a.c' } })],
      }),
      '"a.c"',
    ],
    [
      'mode probe without a probe',
      bundleWith({ tools: [toolWith({ idempotency: { mode: 'probe' } })] }),
      'a probe for',
    ],
    ['a retry without a count', bundleWith({ tools: [toolWith({ retry: { factor: 2 } })] }), 'maxAttempts'],
    ['a step that does nothing', bundleWith({ steps: [{ id: 'a' }] }), 'exactly one'],
    ['a block that is not there', bundleWith({ steps: [each('b')], blocks: [] }), '"b"'],
    [
      'a block that executes itself',
      bundleWith({ blocks: [{ name: 'b', steps: [each('b')] }], steps: [each('b')] }),
      'themselves',
    ],
    [
      'blocks that execute each other',
      bundleWith({
        blocks: [
          { name: 'b', steps: [each('c')] },
          { name: 'c', steps: [each('b')] },
        ],
        steps: [each('b')],
      }),
      'themselves',
    ],
    ['two branches of one name', bundleWith({ steps: [fan('x', 'x')], blocks: [look] }), '"x" again'],
    [
      'two steps of one id in a block',
      bundleWith({ steps: [each('look')], blocks: [{ ...look, steps: [...look.steps, ...look.steps] }] }),
      '"a" again',
    ],
    [
      'a Score by another digest',
      bundleWith({ scores: [{ digest: digestOf('a'), steps: look.steps }], steps: [] }),
      'bundle.scores[0].digest',
    ],
    ['a Score that is not there', bundleWith({ steps: [{ id: 'a', score: digestOf('a') }] }), 'bundle.steps[0].score'],
    [
      'a quorum of nobody',
      bundleWith({ steps: [{ id: 'a', approval: { message: 'x', approvers: { quorum: 0 } } }] }),
      'quorum',
    ],
    [
      'an endless loop',
      bundleWith({ steps: [{ ...each('look'), until: { condition: 'true', maxIterations: 1e9 } }] }),
      'maxIterations',
    ],
    ['a depth beyond its bound', bundleWith({ limits: { depth: 33 } }), 'from 1 to 32'],
    ['a fraction for an integer', bundleWith({ limits: { depth: 1.5 } }), 'an integer'],
    [
      'too many steps',
      bundleWith({ steps: Array.from({ length: 65 }, (_, at) => ({ id: `s${at}`, role: 'lead' })) }),
      'at most 64',
    ],
    ['a text that is too long', bundleWith({ roles: [{ name: 'a', prompt: 'x'.repeat(40_000) }] }), 'at most 32768'],
    [
      'a rule that asks somebody who is no name',
      bundleWith({ policyRules: [{ match: 'true', action: 'approve', approvers: { users: [1] } }] }),
      'approvers.users[0]',
    ],
    ['an unknown provider', bundleWith({ venue: { provider: 'mine' } }), 'one of openai, llama, scripted'],
    [
      'two back ends of one name',
      bundleWith({
        venue: {
          provider: 'openai',
          backends: [
            { name: 'a', model: 'm' },
            { name: 'a', model: 'n' },
          ],
        },
      }),
      '"a" again',
    ],
    [
      'a price that is no decimal',
      bundleWith({ venue: { provider: 'openai', pricing: [{ model: '*', input: '1e3', output: '1' }] } }),
      'pricing[0].input',
    ],
    ['an unknown strategy', bundleWith({ venue: { provider: 'openai', strategy: 'random' } }), 'one of priority'],
    ['a stream that is a text', bundleWith({ venue: { provider: 'openai', stream: 'yes' } }), 'true or false'],
  ])('refuses %s', (_name, value, message) => {
    expect(() => readBundle(value)).toThrow(expect.objectContaining({ reason: 'BundleMismatch' }));
    expect(() => readBundle(value)).toThrow(message);
  });

  it('counts characters as CRDs do, by code point', () => {
    const roles = [{ name: 'a', prompt: '😀'.repeat(32_768) }];
    const steps = [{ id: 'a', role: 'a' }];
    expect(readBundle(bundleWith({ roles, steps, scores: [] })).roles[0]?.prompt).toHaveLength(65_536);
  });

  it('says that another version needs another runtime', () => {
    expect(() => readBundle(bundleWith({ bundleVersion: 2 }))).toThrow(
      expect.objectContaining({ reason: 'RuntimeUnsupported' }),
    );
  });
});
