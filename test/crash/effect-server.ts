import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { semanticsOf } from '../../runtime/semantics/semantics.ts';
import { json, respond, type CompletionRequest } from '../conformance/openai-wire.ts';

/** Something that was asked for from outside the session process, in the order of asking. */
export interface Asked {
  /** Of the call, with its attempt. */
  readonly path: string;
  readonly key: string;
  readonly id: string;
}

/** When the server ends the session process that asks it: before it does what it was asked for, before it answers, after. */
export type Moment = 'before' | 'between' | 'after';

/** What the outside world sees of one Session. */
export interface World {
  readonly uid: string;
  /** A file with a line for each thing that was done, written by the server. */
  readonly done: string;
  /** Of the session process that runs now. */
  pid: number | null;
  readonly asked: Asked[];
  /** Messages of each model turn that was asked for. */
  readonly turns: number[];
  /** Ends the process at the n-th thing that is asked for from now on, 1 for the next. */
  armed: { readonly moment: Moment; left: number } | null;
}

/**
 * A server that does things and counts them, for tools of Sessions, and answers model turns. What carries a key is done
 * once for it where the tool says so, as shops and banks do; everything else is done as often as it is asked for.
 */
export class EffectServer {
  readonly #folder: string;
  readonly #worlds = new Map<string, World>();
  readonly #server: Server = createServer((request, response) => {
    response.on('error', () => {});
    void this.#serve(request, response).catch(() => response.destroy());
  });
  port = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    this.port = address.port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  world(uid: string): World {
    const done = join(this.#folder, `${uid}.txt`);
    writeFileSync(done, '');
    const world: World = { uid, done, pid: null, asked: [], turns: [], armed: null };
    this.#worlds.set(uid, world);
    return world;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body: unknown = JSON.parse(Buffer.concat(parts).toString());
    if (request.url === '/v1/chat/completions') return this.#turn(request, body as CompletionRequest, response);
    const { key = '', path = '', id = '' } = body as Partial<Asked>;
    if (request.url === '/was-it-done') return json(response, this.#whatOf(key));
    const { idempotencyKey } = semanticsOf(1);
    const world = [...this.#worlds.values()].find(({ uid }) => idempotencyKey(uid, path) === key);
    if (world === undefined) throw new Error(`nobody asks with this key: ${path}`);
    await endingAt(world, response, () => {
      world.asked.push({ key, path, id });
      // Whoever orders twice with one key gets what was ordered.
      const again = request.url === '/do-once' && doneIn(world).some((one) => one.key === key);
      if (!again) appendFileSync(world.done, `${JSON.stringify({ key, path, id })}\n`);
      return { done: id };
    });
  }

  #whatOf(key: string): object {
    const found = [...this.#worlds.values()].flatMap(doneIn).find((one) => one.key === key);
    return found === undefined ? { happened: false } : { happened: true, output: { done: found.id } };
  }

  async #turn(request: IncomingMessage, body: CompletionRequest, response: ServerResponse): Promise<void> {
    const uid = (request.headers.authorization ?? '').replace('Bearer ', '');
    const world = this.#worlds.get(uid);
    if (world === undefined) throw new Error('nobody asks with this token');
    const turn = body.messages.filter(({ role }) => role === 'assistant').length + 1;
    const usage = { prompt_tokens: 40 + turn, completion_tokens: 5, total_tokens: 45 + turn };
    await endingAt(world, response, () => {
      world.turns.push(turn);
      const call = { id: 'one', function: { name: 'files__write', arguments: '{"path":"a.md","text":"by a model"}' } };
      const answer = turn === 1 ? { tool_calls: [call], finish_reason: 'tool_calls' } : { content: 'Written.' };
      return () => respond(body, response, { ...answer, usage });
    });
  }
}

/** Everything that was done, from the file that says so. */
export function doneIn({ done }: World): readonly Asked[] {
  return readFileSync(done, 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Asked]));
}

/** Does something and answers with it, and ends the process that asks where that is wanted. */
async function endingAt(world: World, response: ServerResponse, act: () => object | (() => void)): Promise<void> {
  const { armed, pid } = world;
  if (armed !== null) armed.left -= 1;
  const moment = armed !== null && armed.left === 0 ? armed.moment : null;
  const end = (): void => {
    world.armed = null;
    if (pid !== null) process.kill(pid, 'SIGKILL');
  };
  if (moment === 'before') {
    end();
    response.destroy();
    return;
  }
  const answer = act();
  if (moment === 'between') {
    end();
    response.destroy();
    return;
  }
  if (typeof answer === 'function') answer();
  else json(response, answer);
  if (moment === 'after') response.once('finish', end);
}
