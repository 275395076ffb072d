import { spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closure, flow, score } from './manifests.ts';
import { root, Sandbox, watch } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const code = `
import os
from orket import tool

@tool
def look() -> str:
    found = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.append(os.pread(int(fd), 100, 0).decode())
        except OSError:
            pass
    return ",".join(text for text in found if text != "")
`;

it('has a tool see no file that the shell had open which started the command', async () => {
  const secret = sandbox.write('secret', 'canary');
  sandbox.write('tools/look.py', code);
  const inputSchema = { type: 'object', properties: {}, additionalProperties: false };
  const look = { name: 'look', risk: 'read', description: 'Looks.', inputSchema, outputSchema: { type: 'string' } };
  const toolset = {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Toolset',
    metadata: { name: 'eyes' },
    spec: { source: 'python', path: 'tools/look.py', tools: [look] },
  };
  const demo = flow({ spec: { toolsetRefs: [{ name: 'eyes' }] } });
  const steps = score({ id: 'work', tool: 'eyes.look', input: {} });
  sandbox.manifests('flow.yaml', [...closure({ flow: demo, score: steps }), toolset]);
  // With a gap before it, as bash chooses the numbers of what stands in <(...).
  const script = 'exec 63<"$0"; cat <&63 >&2; exec "$@"';
  const command = [process.execPath, `${root}/cli/main.ts`, 'run', 'flow.yaml', '-o', 'json'];
  const child = spawn('bash', ['-c', script, secret, ...command], {
    cwd: sandbox.path,
    env: { PATH: process.env['PATH'] ?? '', HOME: sandbox.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = await watch(child, () => Number.NaN).ended;
  expect(run, run.output).toMatchObject({ code: 0, stderr: expect.stringContaining('canary') });
  const [name = ''] = sandbox.sessions();
  const outcomes = sandbox
    .read(name, 'journal.jsonl')
    .split('\n')
    .filter((line) => line.includes('"type":"call.outcome"'));
  expect(outcomes.length).toBeGreaterThan(0);
  for (const outcome of outcomes) expect(outcome).not.toContain('canary');
});
