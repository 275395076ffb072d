import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closure, scripted } from './manifests.ts';
import { atTerminal } from './person.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const tool = `
import { defineTool } from 'orket/tool';
export const count = defineTool({
  name: 'count',
  description: 'Counts.',
  input: { type: 'object' },
  run: (input: { readonly upTo: number }, context) => {
    context.log('begins\\u001b[31m');
    context.progress(0.5, 'half of it');
    return { counted: input.upTo };
  },
});
`;

const toolset = {
  apiVersion: 'orket.dev/v1alpha1',
  kind: 'Toolset',
  metadata: { name: 'odd' },
  spec: {
    source: 'module',
    path: 'code/tools.ts',
    tools: [{ name: 'count', description: 'Counts.', inputSchema: { type: 'object' }, risk: 'read' }],
  },
};

describe('orket call', () => {
  it('calls a tool by itself, and shows what it logs and how far it is', async () => {
    sandbox.write('code/tools.ts', tool);
    sandbox.manifests('toolset.yaml', [toolset]);
    const call = await sandbox.orket('call', 'odd.count', 'toolset.yaml', '--input', 'upTo=3');
    expect(call, call.output).toMatchObject({ code: 0, stdout: '{"counted":3}\n' });
    expect(call.stderr).toContain('\ncall#1~1: begins\uFFFD[31m\ncall#1~1: 50 % half of it\n');
    expect(await sandbox.orket('verify', sandbox.sessions()[0] ?? '')).toMatchObject({ code: 0 });
  });

  it('calls a role by itself, and shows what its model says as it comes', async () => {
    sandbox.manifests('flow.yaml', closure({ venue: scripted({ text: 'Of ${{ request.input.topic }}.' }) }));
    const person = atTerminal(sandbox, 'call', 'worker', 'flow.yaml', '--input', 'topic=tides');
    await person.sees('call#1/t1> Of tides.');
    expect(await person.ended).toMatchObject({ code: 0 });
  });

  it('says what there is to call', async () => {
    sandbox.manifests('flow.yaml', closure());
    const call = await sandbox.orket('call', 'wroker', 'flow.yaml');
    expect(call).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Did you mean "worker"?') });
  });
});
