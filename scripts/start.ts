import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { printable } from '../cli/output/printable.ts';

/**
 * `npm start`: three roles review this very checkout. Without anything set the Venue is scripted, and its replies are
 * computed from what the tools really returned; with OPENAI_BASE_URL or OPENAI_API_KEY it offers a real model.
 */
const root = resolve(import.meta.dirname, '..');
const example = 'examples/02-review';
const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = process.env;
const { values: flags } = parseArgs({
  options: { openai: { type: 'boolean' }, state: { type: 'string', default: '.orket' } },
});
const stateDir = resolve(root, flags.state);

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A terminal is asked, a pipe decides by `--openai`. */
async function wantsModel(): Promise<boolean> {
  if (flags.openai === true) return true;
  if (apiKey === undefined && baseURL === undefined) return false;
  const server = baseURL ?? 'https://api.openai.com/v1';
  if (process.stdin.isTTY !== true) {
    say(`A model server is set (${server}). To use it: npm start -- --openai`);
    return false;
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(
    `Use the model server ${server}? It will be sent the names and parts of files. [y/N] `,
  );
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** The same example with a Venue that asks a server, inside the checkout: its place says what is reviewed. */
function withModelServer(): string {
  const folder = join(root, '.cache/start');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['band.yaml', 'flow.yaml', 'score.yaml']) cpSync(join(root, example, file), join(folder, file));
  const secret = apiKey === undefined ? {} : { apiKeySecretRef: { name: 'openai', key: 'key' } };
  const backend = {
    name: 'server',
    baseURL: baseURL ?? 'https://api.openai.com/v1',
    model: model ?? 'gpt-4o-mini',
    ...secret,
  };
  const venue = {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Venue',
    metadata: { name: 'scripted' },
    spec: { provider: 'openai', backends: [backend] },
  };
  writeFileSync(join(folder, 'venue.json'), `${JSON.stringify(venue, null, 2)}\n`);
  return folder;
}

const path = (await wantsModel()) ? withModelServer() : example;
const env = { ...process.env, ...(apiKey === undefined ? {} : { ORKET_SECRET_OPENAI_KEY: apiKey }) };
const run = spawnSync(process.execPath, ['cli/main.ts', 'run', path, '--state', stateDir, '-o', 'name'], {
  cwd: root,
  env,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const name = run.stdout.trim().split('/').at(-1) ?? '';
const folder = join(stateDir, 'sessions', name);
if (name !== '' && existsSync(folder)) {
  const artifacts = existsSync(join(folder, 'artifacts')) ? readdirSync(join(folder, 'artifacts')) : [];
  const state = flags.state === '.orket' ? '' : ` --state ${stateDir}`;
  const report = join(folder, 'artifacts/report.md');
  const lines = [
    ...(existsSync(report) ? [readFileSync(report, 'utf8').trimEnd(), ''] : []),
    `The journal: ${shown(join(folder, 'journal.jsonl'))}`,
    ...artifacts.map((file) => `The report:  ${shown(join(folder, 'artifacts', file))}`),
    '',
    'Next:',
    `  npm run --silent orket -- events ${name}${state}   # what happened, call by call`,
    `  npm run --silent orket -- verify ${name}${state}   # that nobody changed the record`,
    `  npm run --silent orket -- run examples/01-hello --input name=Ada${state}`,
  ];
  const text = lines.join('\n');
  // A model wrote the report: it may not steer the terminal.
  process.stdout.write(`${process.stdout.isTTY ? printable(text) : text}\n`);
}
process.exitCode = run.status ?? 70;

/** As short as it can be written from the root of the checkout. */
function shown(file: string): string {
  const way = relative(root, file);
  return way.startsWith('..') ? file : way;
}
