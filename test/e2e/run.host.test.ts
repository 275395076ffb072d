import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git, repository } from './git.ts';
import { band, closure, flow, score, scripted } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** A closure whose model takes its time before it answers. */
function slow(delaySeconds: number): readonly object[] {
  return closure({ venue: scripted({ text: 'done', delaySeconds }) });
}

function provenance(session: string): Record<string, unknown> {
  const [first = ''] = sandbox.read(session, 'journal.jsonl').split('\n');
  return JSON.parse(first).body.provenance.source;
}

describe('orket run', () => {
  it('prints one document on standard output, and progress as plain lines on standard error', async () => {
    const text = 'line\u001b[31m\none\u202etwo';
    const venue = scripted({ text });
    sandbox.manifests(
      'flow.yaml',
      closure({
        venue,
        score: score({ id: 'work', role: 'worker', task: 'T', artifact: { name: 'a.txt', mediaType: 'text/plain' } }),
      }),
    );
    const run = await sandbox.orket('run', 'flow.yaml', '-o', 'json');
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Session', status: { phase: 'Succeeded', result: text } });
    const lines = run.stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Session demo-\S+ of Flow demo, from files without git$/);
    for (const line of lines.slice(1, -2)) expect(line).toMatch(/^\d{2}:\d{2}:\d{2}\.\d{3} {2}\S+/);
    expect(lines.at(-2)).toMatch(
      /^Session demo-\S+ Succeeded in \S+: 1 step, 1 model call, \d+ tokens, artifact a\.txt$/,
    );
    expect(lines.at(-1)).toMatch(/^ {2}orket describe session demo-\S+$/);
    expect(run.stderr).not.toMatch(/[^\n\x20-\x7e]/);
    for (const format of ['yaml', 'name']) expect((await sandbox.orket('run', 'flow.yaml', '-o', format)).code).toBe(0);
  });

  it('prints the whole result, also one that is too long for a status', async () => {
    const venue = scripted({ text: '${{ request.input.part }}'.repeat(5) });
    const step = score({ id: 'work', role: 'worker', task: 'T', input: { part: 'long '.repeat(2000) } });
    sandbox.manifests('flow.yaml', closure({ venue, score: step }));
    expect((await sandbox.orket('run', 'flow.yaml')).stdout).toBe(`${'long '.repeat(10_000).trim()}\n`);
  });

  it('prints the summary of a role that reports', async () => {
    const roles = [{ name: 'worker', prompt: 'You work.' }];
    sandbox.manifests(
      'flow.yaml',
      closure({ band: band({ spec: { roles } }), venue: scripted({ text: 'All is well.' }) }),
    );
    expect(await sandbox.orket('run', 'flow.yaml')).toMatchObject({ code: 0, stdout: 'All is well.\n' });
  });

  it('reads a value as the input schema says, else as JSON where it is some', async () => {
    const inputSchema = { type: 'object', properties: { text: { type: 'string' }, count: { type: 'integer' } } };
    const venue = scripted({ text: '${{ request.task }}' });
    const step = score({ id: 'work', role: 'worker', task: '${{ [inputs.text, inputs.count, inputs.other] }}' });
    sandbox.manifests('flow.yaml', closure({ flow: flow({ spec: { inputSchema } }), venue, score: step }));
    sandbox.write('inputs.yaml', 'text: from the file\ncount: 1\nother: [a]\n');
    const run = await sandbox.orket(
      'run',
      'flow.yaml',
      '--inputs',
      'inputs.yaml',
      '--input',
      'text=007',
      '--input',
      'count=2',
    );
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: '["007",2,["a"]]\n' });
  });

  it('is cancelled by an interrupt', async () => {
    sandbox.manifests('flow.yaml', slow(100));
    const running = sandbox.start(['run', 'flow.yaml', '-o', 'json']);
    await running.said('model.request');
    running.child.kill('SIGINT');
    const run = await running.ended;
    expect(run.code, run.output).toBe(22);
    expect(JSON.parse(run.stdout).status).toMatchObject({ phase: 'Cancelled', completionTime: expect.any(String) });
    expect(await sandbox.orket('verify', sandbox.sessions()[0] ?? '')).toMatchObject({ code: 0 });
  });

  it('runs two Sessions at once in one state folder', async () => {
    sandbox.manifests('flow.yaml', slow(1));
    const runs = await Promise.all([1, 2].map(() => sandbox.orket('run', 'flow.yaml', '-o', 'json')));
    const ended = runs.map(({ stdout }) => JSON.parse(stdout));
    expect(new Set(ended.map(({ metadata }) => metadata.name)).size).toBe(2);
    expect(new Set(ended.map(({ status }) => status.stateDigest)).size).toBe(1);
    expect((await sandbox.orket('get', 'sessions', '-o', 'name')).stdout.trim().split('\n')).toHaveLength(2);
  });
});

describe('orket events -f', () => {
  it('follows a Session as it runs and ends with it', async () => {
    sandbox.manifests('flow.yaml', slow(3));
    const running = sandbox.start(['run', 'flow.yaml']);
    await running.said('model.request');
    const followed = sandbox.start(['events', sandbox.sessions()[0] ?? '', '-f', '-o', 'jsonl']);
    await followed.said('model.request');
    const events = await followed.ended;
    expect(events.code).toBe(0);
    const types = events.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(expect.arrayContaining(['session.started', 'model.response']));
    expect(types.at(-1)).toBe('session.ended');
    expect(await running.ended).toMatchObject({ code: 0 });
  });
});

describe('a source in git', () => {
  it('is a commit, or the files as they lie there, and provenance says which', async () => {
    const folder = join(sandbox.path, 'project');
    const manifests = (text: string): string =>
      closure({ venue: scripted({ text }) })
        .map((each) => JSON.stringify(each))
        .join('\n---\n');
    repository(folder, { 'flows/flow.yaml': manifests('committed') });
    const head = git(folder, 'rev-parse', 'HEAD');
    const digests: string[] = [];
    const run = async (what: string, says: string, source: object): Promise<void> => {
      const before = new Set(sandbox.sessions());
      const { code, stdout, stderr } = await sandbox.orket('run', what, '-o', 'json');
      expect(code, stderr).toBe(0);
      const { metadata, status } = JSON.parse(stdout);
      expect(before).not.toContain(metadata.name);
      expect(status.result).toBe(says);
      expect(provenance(metadata.name)).toEqual({ kind: 'git', commit: head, path: 'flows', ...source });
      digests.push(status.bundle.digest);
    };
    await run('project/flows', 'committed', { dirty: false });
    writeFileSync(join(folder, 'notes.txt'), 'not committed');
    await run('project/flows', 'committed', { dirty: true });
    writeFileSync(join(folder, 'flows/flow.yaml'), manifests('changed'));
    await run('project/flows', 'changed', { dirty: true });
    await run('project@main:flows', 'committed', { dirty: false });
    await run('project@HEAD:flows', 'committed', { dirty: false });
    const [clean, dirty, changed, pinned, again] = digests;
    expect([dirty, pinned, again]).toEqual([clean, clean, clean]);
    expect(changed).not.toBe(clean);
  });

  it('is not taken for another of the same name, nor is its state for a change', async () => {
    for (const place of ['a', 'b']) {
      const text = closure({ venue: scripted({ text: place }) }).map((each) => JSON.stringify(each));
      repository(join(sandbox.path, place, 'project'), { 'flow.yaml': text.join('\n---\n') });
    }
    const runs = await Promise.all(['a', 'b', 'a'].map((place) => sandbox.orket('run', `${place}/project@main`)));
    expect(runs.map(({ stdout }) => stdout)).toEqual(['a\n', 'b\n', 'a\n']);
    const inside = { cwd: join(sandbox.path, 'a/project') };
    for (const _ of [1, 2]) {
      const run = await sandbox.start(['run', 'flow.yaml'], inside).ended;
      expect(run.stderr).toMatch(/from commit [0-9a-f]{12}$/m);
    }
  });

  it.each([
    ['project@nowhere:flow.yaml', 2, 'no branch, tag or commit "nowhere"'],
    ['project@main:gone.yaml', 2, '"gone.yaml"'],
    ['project@main:../../etc', 2, 'inside the repository'],
    ['project@--upload-pack=x', 2, 'dash'],
    ['https://user:pw-canary@127.0.0.1:1/x@main', 2, 'without credentials'],
  ])('%s is refused', async (what, code, words) => {
    repository(join(sandbox.path, 'project'), { 'flow.yaml': '{}' });
    const run = await sandbox.orket('run', what);
    expect(run.code, run.output).toBe(code);
    expect(run.stderr).toContain(words);
    expect(run.output).not.toContain('pw-canary');
  });
});
