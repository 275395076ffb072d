import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { Worker } from 'node:worker_threads';
import { CallError, defineTool, type Json } from 'orket/tool';

/** What the conformance suite calls, well and badly behaved; `tools.py` has the same. */
const any = { type: 'object' };

/** What the tools below take, each of it some. */
interface Input {
  readonly value?: Json;
  readonly name: string;
  readonly names: readonly string[];
  readonly input?: Json;
  readonly limits?: Json;
  readonly path: string;
  readonly paths: readonly string[];
  readonly ms: number;
  readonly method: string;
  readonly hex: string;
  readonly pid: number;
  readonly command: string;
  readonly host: string;
  readonly port: number;
  readonly what: string;
  readonly roots: readonly string[];
}

function tool(name: string, run: (input: Input, context: Context) => unknown): unknown {
  return defineTool({
    name,
    description: `Does ${name}.`,
    input: any,
    run: (input, context) => run(input as never, context) as Json,
  });
}
type Context = Parameters<Parameters<typeof defineTool>[0]['run']>[1];

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let count = 0;

export default [
  defineTool<{ text: string; times?: number }>({
    name: 'repeat',
    description: 'Repeats a text.',
    input: {
      type: 'object',
      properties: { text: { type: 'string', description: 'What.' }, times: { type: 'integer' } },
      required: ['text'],
      additionalProperties: false,
    },
    output: { type: 'string' },
    run: ({ text, times = 2 }) => text.repeat(times),
  }),
  tool('echo', (input) => input['value']),
  tool('count', () => ++count),
  tool('wait', async ({ ms }) => {
    await wait(ms);
    return ms;
  }),
  tool('fail', () => {
    throw new Error('it did not work out');
  }),
  tool('pretend', () => {
    throw new CallError('believe me', 'JournalCorrupt');
  }),
  tool('ask', async ({ name, input }, { call }) => call(name, input ?? null)),
  tool('askAll', async ({ names }, { call }) => Promise.all(names.map((name) => call(name, { name })))),
  tool('askCarefully', async ({ name }, { call }) => {
    try {
      return await call(name, {});
    } catch (error) {
      return error instanceof CallError ? { reason: error.reason, message: error.message } : 'another error';
    }
  }),
  tool('askBounded', async ({ limits }, { call }) => {
    try {
      return await call('writer', {}, { timeoutMs: 1_500, limits: limits as never });
    } catch (error) {
      return error instanceof CallError ? { reason: error.reason, message: error.message } : 'another error';
    }
  }),
  tool('askTooMuch', async (_input, { call }) => {
    let failed = 0;
    for (const unsendable of ['x'.repeat(17 * 1024 * 1024), 2 ** 60, '\uD800']) {
      await call('writer', unsendable).catch((error: unknown) => (failed += error instanceof CallError ? 0 : 1));
    }
    return [failed, await call('writer', 'short')];
  }),
  tool('use', async (_input, context) => {
    context.log('a line');
    context.progress(0.5, 'half');
    const { version } = await context.state.get('seen');
    const put = await context.state.put('seen', { times: 1 }, version);
    const written = await context.files.write('notes/a.md', '# Notes\n');
    const read = await context.files.read('notes/a.md');
    const list = await context.files.list('', { recursive: true });
    const search = await context.files.search('', 'Notes');
    const artifact = await context.artifact('report.txt', 'text/plain', 'done');
    const times = [await context.now(), await context.random(), await context.uuid()];
    const found = await context.find({ kind: 'role' });
    return { put, written, read, list, search, artifact, times, found, key: context.key, path: context.path } as never;
  }),
  tool('change', async ({ what }, { files, state }) => {
    if (what === 'write') await files.write('a.md', 'a');
    else await state.put('a', 1, 0);
  }),
  tool('refused', async ({ path }, { files }) => files.read(path)),
  tool('stops', async (_input, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw new Error('I stopped as I was told');
  }),
  tool('hang', () => {
    for (;;) count += 1;
  }),
  tool('exit', () => process.exit(3)),
  tool('abort', () => process.abort()),
  tool('memory', () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, 1));
  }),
  tool('share', () => {
    const kept = Array.from({ length: 30 }, () => new Uint8Array(new SharedArrayBuffer(64 * 1024 * 1024)).fill(1));
    return kept.length;
  }),
  tool('print', () => {
    console.log('{"jsonrpc":"2.0"}');
    writeSync(1, 'out\n');
    writeSync(2, 'err\n');
    return 'printed';
  }),
  tool('floodOutput', () => {
    const line = `${'x'.repeat(65_536)}\n`;
    for (;;) writeSync(1, line);
  }),
  tool('floodErrors', () => {
    const line = `${'x'.repeat(65_536)}\n`;
    for (;;) writeSync(2, line);
  }),
  tool('floodFrames', async ({ method }, context) => {
    for (;;) {
      if (method === 'log') context.log('x');
      else if (method === 'large') context.log('x'.repeat(8 * 1024 * 1024));
      else void context.now().catch(() => {});
      if (method === 'large' || count++ % 1_000 === 0) await wait(0);
    }
  }),
  tool('huge', () => 'x'.repeat(17 * 1024 * 1024)),
  tool('large', () => 'x'.repeat(4 * 1024 * 1024)),
  tool('inexact', () => ({ number: 2 ** 60 })),
  tool('breakFrame', async ({ hex }) => {
    writeSync(3, Buffer.from(hex, 'hex'));
    await wait(10_000);
    return null;
  }),
  tool('children', async () => {
    let started = 0;
    for (let index = 0; index < 200; index += 1) {
      try {
        spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' }).on('error', () => {});
        started += 1;
      } catch {
        break;
      }
    }
    return started;
  }),
  tool('bomb', () => {
    for (;;) attempt(() => spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' }).on('error', () => {}).pid);
  }),
  tool('look', ({ paths }) => paths.map((path) => attempt(() => readFileSync(path).length))),
  tool('list', ({ path }) => attempt(() => readdirSync(path))),
  tool('put', ({ path }) => attempt(() => writeFileSync(path, 'x') ?? 'written')),
  tool('fill', () => {
    let bytes = 0;
    for (let file = 0; bytes < 200 * 1024 * 1024; file += 1) {
      const outcome = attempt(() => writeFileSync(`/tmp/${file}`, Buffer.alloc(1024 * 1024)) ?? 'written');
      if (outcome !== 'written') return bytes;
      bytes += 1024 * 1024;
    }
    return bytes;
  }),
  tool('litter', () => {
    let number = 0;
    while (number < 40_000 && attempt(() => writeFileSync(`/tmp/${number}`, '') ?? true) === true) number += 1;
    return number;
  }),
  tool('closeWire', async () => {
    closeSync(3);
    await wait(600_000);
  }),
  tool('environment', () => ({ ...process.env }) as never),
  tool('arguments', () => process.argv),
  tool('descriptors', () =>
    Array.from({ length: 256 }, (_, number) => number).filter((number) => {
      try {
        return fstatSync(number).isFile();
      } catch {
        return false;
      }
    }),
  ),
  tool('attach', ({ pid }) => attempt(() => (process as unknown as Inspectable)._debugProcess(pid) ?? 'attached')),
  tool('signal', ({ pid }) => attempt(() => process.kill(pid, 0))),
  tool('run', ({ command }) => attempt(() => execFileSync(command).length)),
  tool(
    'connect',
    async ({ host, port }) =>
      new Promise((resolve) => {
        connect(port, host, () => resolve('connected')).on('error', (error) => resolve(String(error)));
      }),
  ),
  tool('hunt', ({ pid, roots }) => {
    const found: string[] = [];
    const look = (path: string): void => {
      if (attempt(() => canary.test(readFileSync(path, 'latin1'))) === true) found.push(path);
    };
    for (const name of ['environ', 'cmdline', 'mem', 'maps']) look(`/proc/${pid}/${name}`);
    for (const root of roots) {
      const entries = attempt(() => readdirSync(root, { recursive: true }).map(String));
      for (const path of Array.isArray(entries) ? entries : []) look(join(root, String(path)));
    }
    return found;
  }),
  tool('escape', () =>
    Object.entries(escapes).flatMap(([way, go]) => {
      const outcome = attempt(go);
      return typeof outcome === 'string' && outcome.startsWith('refused') ? [] : [`${way}: ${JSON.stringify(outcome)}`];
    }),
  ),
];

interface Inspectable {
  readonly _debugProcess: (pid: number) => unknown;
}

/** What a secret of the test looks like; this is none. */
const canary = /canary-[0-9a-f]{32}/;

/** Ways around the permission model. */
const escapes: Readonly<Record<string, () => unknown>> = {
  worker: () => new Worker('0', { eval: true }).threadId,
  binding: () => Object.keys((process as unknown as Bindings).binding('spawn_sync')),
  addon: () => process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'),
  wasi: () => Object.keys(new WASI({ version: 'preview1', preopens: { '/': '/' } })),
  inspector: () => inspector.open(0) ?? 'open',
  linkOut: () => symlinkSync('/etc', './out') ?? readdirSync('./out'),
  hardLink: () => linkSync('/etc/hosts', './hosts') ?? readFileSync('./hosts', 'utf8'),
  dots: () => readFileSync('../../../../etc/hosts', 'utf8'),
  url: () => readFileSync(new URL('file:///etc/hosts'), 'utf8'),
  buffer: () => readFileSync(Buffer.from('/etc/hosts'), 'utf8'),
  require: () => createRequire('/etc/x.js')('/etc/hosts'),
  execve: () => process.execve?.('/bin/true', ['true'], {}),
  kernelSettings: () => closeSync(openSync('/proc/sys/kernel/core_pattern', 'r+')) ?? 'open',
  setuid: () => process.setuid?.(process.getuid?.() === 0 ? 1 : 0) ?? 'somebody else',
};

interface Bindings {
  readonly binding: (name: string) => object;
}

function attempt(work: () => unknown): Json {
  try {
    return (work() ?? null) as Json;
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}
