import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/**
 * `npm start`: three roles review this very checkout. Without anything set the Venue is scripted, and its replies are
 * computed from what the tools really returned; with OPENAI_BASE_URL or OPENAI_API_KEY it offers a real model.
 */
const example = 'examples/02-review';
const stateDir = '.orket';
const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = process.env;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A terminal is asked, a pipe decides by `--openai`. */
async function wantsModel(): Promise<boolean> {
  if (apiKey === undefined && baseURL === undefined) return false;
  if (process.argv.includes('--openai')) return true;
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

/** The same example with a Venue that asks a server. */
function withModelServer(): string {
  const folder = join(stateDir, 'start');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['band.yaml', 'flow.yaml', 'score.yaml']) cpSync(join(example, file), join(folder, file));
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
  env,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const name = run.stdout.trim().split('/').at(-1) ?? '';
const folder = join(stateDir, 'sessions', name);
if (name !== '' && existsSync(folder)) {
  const artifacts = existsSync(join(folder, 'artifacts')) ? readdirSync(join(folder, 'artifacts')) : [];
  const lines = [
    '',
    `The journal: ${relative('.', join(folder, 'journal.jsonl'))}`,
    ...artifacts.map((file) => `The report:  ${relative('.', join(folder, 'artifacts', file))}`),
    '',
    'Next:',
    `  npx orket events ${name}             # what happened, call by call`,
    `  npx orket verify ${name}             # that nobody changed the record`,
    '  npx orket run examples/01-hello --input name=Ada',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
process.exitCode = run.status ?? 70;
