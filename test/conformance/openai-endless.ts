import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { chunk, openStream, streamed, type CompletionRequest } from './openai-wire.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: CompletionRequest;
}

export type Misbehaviour = (exchange: Exchange) => void | Promise<void>;

const mebibyte = 'x'.repeat(1024 * 1024);

/** Writes at the speed of the reader until it goes away or `pieces` are written. */
async function pour(
  response: NodeJS.WritableStream & { destroyed?: boolean },
  piece: string,
  pieces = Infinity,
): Promise<void> {
  for (let count = 0; count < pieces && response.destroyed !== true; count += 1) {
    if (response.write(piece)) await new Promise((done) => setImmediate(done));
    else await drained(response);
  }
}

async function drained(response: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((done) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      done();
    };
    response.on('drain', go).on('close', go);
  });
}

/** A small answer that inflates to 200 MB. */
async function bomb({ response, body }: Exchange, encoding: 'gzip' | 'br'): Promise<void> {
  const streaming = body.stream === true;
  const type = streaming ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type, 'content-encoding': encoding });
  const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const deflate = encoding === 'gzip' ? createGzip() : createBrotliCompress(fast);
  deflate.pipe(response);
  response.on('close', () => deflate.destroy());
  deflate.write(streaming ? 'data: {"choices":[{"delta":{"content":"' : '{"choices":[{"message":{"content":"');
  await pour(deflate, mebibyte, 200);
  deflate.end('"}}]}\n\n');
}

/** Writes to the bare socket what no server of Node would. */
async function raw({ request: { socket } }: Exchange, head: string, piece: string, pauseMs: number): Promise<void> {
  socket.write(head);
  while (!socket.destroyed) {
    if (pauseMs === 0) await pour(socket, piece, 100);
    else socket.write(piece);
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

/** Answers that are larger or longer than anybody can take, each by the name of the model that gets it. */
export const endless: Readonly<Record<string, Misbehaviour>> = {
  'gzip-bomb': (exchange) => bomb(exchange, 'gzip'),
  'brotli-bomb': (exchange) => bomb(exchange, 'br'),
  'dripping-headers': (exchange) => raw(exchange, 'HTTP/1.1 200 OK\r\nx-long: ', 'y', 20),
  'endless-hints': (exchange) => raw(exchange, '', 'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n'.repeat(50), 0),
  'drips-for-ever': async ({ response, body }) => {
    if (body.stream === true) openStream(response);
    else response.writeHead(200, { 'content-type': 'application/json' });
    while (!response.destroyed) {
      response.write(body.stream === true ? chunk({ content: 'x' }) : ' ');
      await new Promise((done) => setTimeout(done, 50));
    }
  },
  'huge-answer': async ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    await pour(response, mebibyte, 100);
    response.end();
  },
  'endless-line': async ({ response }) => {
    openStream(response);
    response.write('data: ');
    await pour(response, mebibyte);
  },
  'endless-stream': async ({ response }) => {
    openStream(response);
    await pour(response, chunk({ reasoning_content: 'on and on ' }).repeat(200));
  },
  'endless-text': async ({ response }) => {
    openStream(response);
    await pour(response, chunk({ content: 'on and on '.repeat(100) }).repeat(20));
  },
  'endless-pings': async ({ response }) => {
    openStream(response);
    while (!response.destroyed) {
      response.write(': still here\n\n');
      await new Promise((done) => setTimeout(done, 50));
    }
  },
  'huge-error': async ({ response }) => {
    response.writeHead(500, { 'content-type': 'text/plain' });
    await pour(response, mebibyte, 100);
    response.end();
  },
  'drops-after-done': async ({ response }) => {
    openStream(response);
    for (const piece of streamed({ content: 'fine' })) response.write(piece);
    await pour(response, mebibyte);
  },
};
