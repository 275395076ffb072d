import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { BundleTool, JsonObject } from '#crds';
import { builtinTools } from '../../crds/closure/builtin-tools.ts';
import type { CallContext } from '../call/run.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { openWorkspace } from '../workspace/open.ts';
import { builtinTool } from './builtin.ts';
import { noToolHosts } from './host/hosts.ts';
import { toolsOf } from './tools.ts';
import { callContext } from '../../test/session/call-context.ts';

const semantics = semanticsOf(1);
/** As they are by themselves. */
const tools = [...builtinTools].map(([name, tool]) =>
  builtinTool({ name }, { type: 'builtin', name: tool }, semantics),
);
const read: BundleTool = { name: 'files.read', source: { type: 'builtin', name: 'read' } };

async function makeContext(): Promise<CallContext> {
  const folder = await mkdtemp(join(tmpdir(), 'orket-tools-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const workspace = await openWorkspace({
    spaces: { workspace: folder, domain: null, references: {} },
    policy: { readScope: ['workspace'], writeScope: ['workspace'] },
    limits: semantics.fileLimits,
    sizeLimitBytes: null,
  });
  return callContext(workspace.forCall());
}

describe('the built-in tools', () => {
  it('do what their schemas say, from input to output', async () => {
    const context = await makeContext();
    const ajv = new Ajv2020({ strict: false });
    const perform = async (name: string, input: JsonObject): Promise<unknown> => {
      const tool = tools.find((candidate) => candidate.name === name);
      if (tool?.outputSchema == null) throw new Error(`no ${name}`);
      expect(ajv.validate(tool.inputSchema, input)).toBe(true);
      const output = await tool.perform(input, context);
      expect(ajv.validate(tool.outputSchema, output)).toBe(true);
      return output;
    };
    expect(await perform('files.write', { path: 'a/b.md', text: 'one\ntwo\n' })).toMatchObject({ bytes: 8 });
    expect(await perform('files.read', { path: 'a/b.md', offset: 4 })).toMatchObject({ text: 'two\n', sizeBytes: 8 });
    expect(await perform('files.list', { path: '', recursive: true })).toMatchObject({
      entries: [
        { path: 'workspace:a', kind: 'folder' },
        { path: 'workspace:a/b.md', kind: 'file', bytes: 8 },
      ],
    });
    expect(await perform('files.search', { path: 'workspace:', pattern: '^t', glob: '*.md' })).toEqual({
      matches: [{ path: 'workspace:a/b.md', line: 2, text: 'two' }],
      truncated: false,
    });
  });

  it('have a description on every input, so that a model knows what to send', () => {
    for (const { inputSchema, name } of tools) {
      for (const [property, schema] of Object.entries(inputSchema['properties'] ?? {})) {
        expect(schema, `${name} ${property}`).toHaveProperty('description');
      }
    }
  });

  it.each([
    ['files.read', {}],
    ['files.read', { path: 1 }],
    ['files.write', { path: 'a' }],
    ['files.list', { path: 'a', max: -1 }],
  ])('refuse input that a harness let through: %s %j', async (name, input) => {
    const tool = tools.find((candidate) => candidate.name === name);
    await expect(tool?.perform(input, await makeContext())).rejects.toMatchObject({ reason: 'InputRefused' });
  });
});

describe('the tools of a bundle', () => {
  it('are the built-in ones with what the Toolset says', () => {
    const [tool] = toolsOf(
      { tools: [{ ...read, description: 'Mine', risk: 'network', timeoutSeconds: 5 }] },
      noToolHosts,
      semantics,
    );
    expect(tool).toMatchObject({
      name: 'files.read',
      description: 'Mine',
      risk: 'network',
      timeoutMs: 5000,
      recovery: 'safe',
    });
  });

  it('never have a lower risk than by themselves', () => {
    const [tool] = toolsOf(
      { tools: [{ name: 't.w', source: { type: 'builtin', name: 'write' }, risk: 'read' }] },
      noToolHosts,
      semantics,
    );
    expect(tool?.risk).toBe('write');
  });

  it('are none where the bundle names none', () => {
    expect(toolsOf({}, noToolHosts, semantics)).toEqual([]);
  });
});
