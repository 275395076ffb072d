import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startOpenAIServer, type OpenAIServer } from '../conformance/openai-process.ts';
import { closure, flow, score, server } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let models: OpenAIServer;
beforeAll(async () => {
  models = await startOpenAIServer();
});
afterAll(() => models.stop());

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

// What is retried waits in between: these wait together.
describe.concurrent('a model server', () => {
  it.for<[string, string, number, readonly string[]]>([
    ['is not there', 'any', 24, ['ECONNREFUSED', 'start the server']],
    ['answers HTML', 'html', 24, ['text/html', 'OpenAI-compatible']],
    ['answers HTML that it calls JSON', 'html-as-json', 24, ['DOCTYPE']],
    ['answers half a stream', 'half-stream', 24, ['[DONE]', 'the end of the stream']],
    ['drops the connection', 'reset-mid-body', 24, ['ModelAnswerBroken']],
    ['is too busy', 'status-503', 24, ['status 503']],
    ['wants another key', 'status-401', 20, ['status 401', 'apiKeySecretRef']],
    ['calls a tool that does not exist', 'unknown-tool', 20, ['no.such__tool', 'files.read, files.write']],
    ['gives arguments that do not parse', 'bad-arguments', 20, ['files.read', 'not JSON', 'README']],
  ])('that %s ends the Session with a reason', async ([, model, code, words], { onTestFinished }) => {
    const sandbox = new Sandbox();
    onTestFinished(() => sandbox.remove());
    const baseURL = model === 'any' ? 'http://127.0.0.1:1/v1' : models.baseURL;
    sandbox.manifests('flow.yaml', closure({ venue: server(baseURL, model) }));
    const run = await sandbox.orket('run', 'flow.yaml');
    expect(run, run.output).toMatchObject({ code, stdout: '' });
    for (const word of words) expect(run.stderr).toContain(word);
    const [name = ''] = sandbox.sessions();
    expect(run.stderr).toContain(`Session ${name} Failed in `);
    expect(await sandbox.orket('verify', name)).toMatchObject({ code: 0 });
  });
});

describe('an expression that runs too long', () => {
  it('fails the Session with FuelExhausted', async () => {
    const list = Array.from({ length: 1000 }, (_, index) => index);
    const n = '${{ inputs.list.map(a, inputs.list.map(b, inputs.list.map(c, a * b * c))).size() }}';
    const slow = score({ id: 'work', role: 'worker', task: 'Count.', input: { n } });
    sandbox.manifests('flow.yaml', closure({ flow: flow({ spec: { inputs: { list } } }), score: slow }));
    const run = await sandbox.orket('run', 'flow.yaml', '-o', 'json');
    expect(run.code).toBe(20);
    expect(JSON.parse(run.stdout).status).toMatchObject({
      phase: 'Failed',
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Succeeded', reason: 'FuelExhausted' })]),
    });
  });
});

describe('a bundle that was changed', () => {
  it.each([
    ['is no JSON', '{"a":1', 'bundle.digest'],
    ['is another', '{"a":1}', 'bundle.digest'],
  ])('and %s is told by verify', async (_, text, words) => {
    sandbox.manifests('flow.yaml', closure());
    await sandbox.orket('run', 'flow.yaml');
    const [name = ''] = sandbox.sessions();
    sandbox.write(`.orket/sessions/${name}/bundle.json`, text);
    const verified = await sandbox.orket('verify', name);
    expect(verified.code, verified.output).toBe(23);
    expect(verified.output).toContain(words);
  });
});

describe('a journal that was changed', () => {
  it.each<[string, (text: string) => string]>([
    ['in one letter', (text) => text.replace('"role":"worker"', '"role":"wurker"')],
    ['by taking a record out', (text) => text.split('\n').toSpliced(3, 1).join('\n')],
    ['by cutting its end off', (text) => `${text.split('\n').slice(0, -3).join('\n')}\n`],
  ])('%s is told by verify', async (_, change) => {
    sandbox.manifests('flow.yaml', closure());
    await sandbox.orket('run', 'flow.yaml');
    const [name = ''] = sandbox.sessions();
    sandbox.write(`.orket/sessions/${name}/journal.jsonl`, change(sandbox.read(name, 'journal.jsonl')));
    const verified = await sandbox.orket('verify', name);
    expect(verified.code, verified.output).toBe(23);
    expect(verified.stdout).toMatch(/^broken at record \d+/);
    expect(verified.stdout).toMatch(/expected .+ found /);
  });

  it('is no reason to hide the Session, nor is a broken session.yaml one to hide the others', async () => {
    sandbox.manifests('flow.yaml', closure());
    for (const _ of [1, 2]) await sandbox.orket('run', 'flow.yaml');
    const [broken = '', whole = ''] = sandbox.sessions();
    sandbox.write(`.orket/sessions/${broken}/session.yaml`, 'kind: [Session\n');
    const listed = await sandbox.orket('get', 'sessions');
    expect(listed.code).toBe(2);
    expect(listed.stdout).toContain(whole);
    expect(listed.stderr).toContain(`${broken}/session.yaml: this is no Session`);
    expect(await sandbox.orket('describe', 'session', broken)).toMatchObject({ code: 2, stdout: '' });
    expect(await sandbox.orket('events', broken)).toMatchObject({ code: 0 });
    expect(await sandbox.orket('verify', broken)).toMatchObject({ code: 0 });
  });
});
