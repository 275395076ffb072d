import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Seen } from './openai-server.ts';

export interface OpenAIServer {
  readonly baseURL: string;
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

/** Starts the test server in a process of its own. */
export async function startOpenAIServer(): Promise<OpenAIServer> {
  const file = join(import.meta.dirname, 'openai-server.ts');
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const port = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (line: Buffer) => done(line.toString().trim()));
    void ended.then(() => fail(new Error('the test server ended before it listened')));
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    baseURL: `${origin}/v1`,
    async seen() {
      const response = await fetch(`${origin}/seen`);
      const seen: Seen = JSON.parse(await response.text());
      return seen;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
