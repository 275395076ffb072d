import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay, type Replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { fetchModel, type LocalModel } from '../../scripts/fetch-model.ts';
import { repository } from './git.ts';
import { root, Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

function expected(example: string, file: string): string {
  return join(root, 'examples', example, 'expected', file);
}

/** Without what differs from run to run: names, ages and times. */
function normalised(text: string, session: string): string {
  return text
    .replaceAll(session, 'SESSION'.padEnd(session.length))
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
    .replaceAll(/^\d{2}:\d{2}:\d{2}\.\d{3}/gm, 'TIME')
    .replaceAll(/\d+s$/gm, 'AGE');
}

/** The Session that pages show. */
const sampled = 'hello-h7xnkmjxno';

/** What pages say that commands about that Session print, without the lines that they leave out. */
function samplesIn(page: string): readonly { readonly args: readonly string[]; readonly lines: readonly string[] }[] {
  return [...page.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split(/^\$ /m).flatMap((part) => {
      const [command = '', ...lines] = part.trimEnd().split('\n');
      const args = /^(?:npm run --silent orket --|orket) (.*hello-h7xnkmjxno)$/.exec(command)?.[1]?.split(' ');
      return args === undefined ? [] : [{ args, lines: lines.filter((line) => line !== '...') }];
    }),
  );
}

function timeless(text: string): string {
  return text
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
    .replaceAll(/^\d{2}:\d{2}:\d{2}\.\d{3}/gm, 'TIME')
    .replaceAll(/\b[\d.]+m?s +/g, 'TOOK ')
    .replaceAll(/\b[\d.]+m?s$/gm, 'TOOK')
    .replaceAll(/TIME +TOKENS/g, 'TIME TOKENS');
}

function onlySession(): string {
  const [name, second] = sandbox.sessions();
  if (name === undefined || second !== undefined) throw new Error(`not one Session: ${sandbox.sessions().join()}`);
  return name;
}

/** A Session run again from its journal alone. */
async function replayed(session: string): Promise<Replay> {
  return replay(await recordingIn(sandbox.sessionFile(session, '')));
}

describe('examples/01-hello', () => {
  it('greets, keeps the greeting, and comes to the state digest that its page tells', async () => {
    const run = await sandbox.orket('run', join(root, 'examples/01-hello'));
    expect(run).toMatchObject({ code: 0, stdout: 'Hello, world!\n' });
    await expect(run.stdout).toMatchFileSnapshot(expected('01-hello', 'stdout.txt'));
    const session = onlySession();
    expect(readdirSync(sandbox.sessionFile(session, 'artifacts'))).toEqual(['greeting.txt']);
    const greeting = sandbox.read(session, 'artifacts/greeting.txt');
    await expect(greeting).toMatchFileSnapshot(expected('01-hello', 'artifacts/greeting.txt'));

    const listed = await sandbox.orket('get', 'sessions');
    await expect(normalised(listed.stdout, session)).toMatchFileSnapshot(expected('01-hello', 'get-sessions.txt'));
    const { status } = JSON.parse((await sandbox.orket('get', 'session', session, '-o', 'json')).stdout);
    await expect(`bundle ${status.bundle.digest}\nstate ${status.stateDigest}\n`).toMatchFileSnapshot(
      expected('01-hello', 'digests.txt'),
    );
    const events = await sandbox.orket('events', session);
    await expect(normalised(events.stdout, session)).toMatchFileSnapshot(expected('01-hello', 'events.txt'));

    const pages = ['docs/reference/cli.md', 'examples/01-hello/README.md'].map((page) =>
      readFileSync(join(root, page), 'utf8'),
    );
    const samples = pages.flatMap(samplesIn);
    expect(new Set(samples.map(({ args }) => args[0]))).toEqual(
      new Set(['describe', 'events', 'tree', 'verify', 'replay']),
    );
    for (const { args, lines } of samples) {
      const shown = await sandbox.orket(...args.map((arg) => (arg === sampled ? session : arg)));
      const real = timeless(shown.stdout.replaceAll(session, sampled)).split('\n');
      for (const line of lines) expect(real, args.join(' ')).toContain(timeless(line));
    }
  });

  it('comes to the same state from a copy elsewhere, and to another with another input', async () => {
    cpSync(join(root, 'examples/01-hello/hello.yaml'), join(sandbox.path, 'copy.yaml'));
    const digests: string[] = [];
    for (const input of [[], ['--input', 'name=world'], ['--input', 'name=Ada']]) {
      const run = await sandbox.orket('run', 'copy.yaml', ...input, '-o', 'json');
      digests.push(JSON.parse(run.stdout).status.stateDigest);
    }
    const [first, same, other] = digests;
    expect(readFileSync(expected('01-hello', 'digests.txt'), 'utf8')).toContain(`state ${first}\n`);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe('examples/02-review', () => {
  it('tells the truth about a repository', async () => {
    const folder = join(sandbox.path, 'project');
    repository(folder, {
      'README.md': '# A project\n',
      'docs/plan.md': '# Plan\n\nTODO: write it down\n',
      'src/main.ts': 'export const answer = 42; // FIXME: ask again\n',
      'src/main.test.ts': 'export {};\n',
      'src/deep/er/part.ts': 'export {};\n',
      '.gitignore': 'out/\n',
      'out/ignored.ts': '// TODO: never seen\n',
    });
    cpSync(join(root, 'examples/02-review'), join(folder, 'review'), {
      recursive: true,
      filter: (path) => !/expected|README/.test(path),
    });
    const run = await sandbox.orket('run', 'project/review');
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain('with changes that are not committed');
    const report = sandbox.read(onlySession(), 'artifacts/report.md');
    await expect(report).toMatchFileSnapshot(expected('02-review', 'report.md'));
    expect(run.stdout.trimEnd()).toBe(report.trimEnd());
  });
});

describe('examples/03-local-model', () => {
  it('gets answers that fit their schemas from a real model', async ({ skip }) => {
    let model: LocalModel;
    try {
      model = await fetchModel(root, (line) => process.stderr.write(`${line}\n`));
    } catch (error) {
      if (process.env['CI'] !== undefined) throw error;
      return skip(`the model cannot be fetched here: ${String(error)}`);
    }
    const folder = join(sandbox.path, 'project');
    repository(folder, { 'README.md': '# Clock\n', LICENSE: 'Apache-2.0\n', 'clock.ts': 'export {};\n' });
    cpSync(join(root, 'examples/03-local-model'), join(folder, 'review'), {
      recursive: true,
      filter: (path) => !/expected|README/.test(path),
    });
    const env = { ORKET_MODELS: join(model.file, '..'), ORKET_LLAMA_MODULE: model.module };
    const run = await sandbox.start(['run', 'project/review', '-o', 'json'], { env }).ended;
    expect(run.code, run.stderr).toBe(0);
    const { status, metadata } = JSON.parse(run.stdout);
    expect(status).toMatchObject({ phase: 'Succeeded', steps: [{}, {}, {}, {}] });
    const report = JSON.parse(sandbox.read(metadata.name, 'artifacts/report.json'));
    expect(report).toEqual({ grade: expect.stringMatching(/^(good|fair|poor)$/), reason: expect.any(String) });
    const steps = status.steps.map(({ id, phase }: Record<string, string>) => `${id} ${phase}\n`).join('');
    await expect(steps).toMatchFileSnapshot(expected('03-local-model', 'steps.txt'));
    expect(await sandbox.orket('verify', metadata.name)).toMatchObject({ code: 0 });
    expect(await replayed(metadata.name)).toEqual({ verdict: 'same', stateDigest: status.stateDigest });
  });
});
