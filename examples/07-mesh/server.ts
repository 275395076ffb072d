/**
 * Two small servers that speak chat completions, so that this example needs no model and no key. `left` answers once and
 * dies in the middle of its second answer; `right` answers whatever comes.
 *
 *     node examples/07-mesh/server.ts [PORT-OF-LEFT PORT-OF-RIGHT]
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Request {
  readonly model: string;
  readonly messages: readonly { readonly content?: string | null }[];
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const request: Request = JSON.parse(Buffer.concat(parts).toString());
  return request;
}

function event(response: ServerResponse, data: object): void {
  response.write(`data: ${JSON.stringify(data)}\n\n`);
}

/** Streams an answer word by word. With `dies` the connection breaks after the second word. */
async function answer(response: ServerResponse, text: string, asked: string, dies: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const words = text.split(/(?<= )/);
  for (const [index, content] of words.entries()) {
    event(response, { choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    await new Promise((done) => setTimeout(done, 20));
    if (dies && index === 1) return void response.destroy();
  }
  event(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  const usage = { prompt_tokens: Math.ceil(asked.length / 4), completion_tokens: words.length };
  event(response, { choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** Starts a server that dies in its `lastAnswer`th answer, and says where it listens. */
function start(name: string, port: number, lastAnswer: number): void {
  let answers = 0;
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then(async ({ messages }) => {
      answers += 1;
      const dies = answers >= lastAnswer;
      const asked = messages.map(({ content }) => content ?? '').join('\n');
      const task = messages.at(-1)?.content?.split('\n')[0] ?? '';
      await answer(response, `${name} was asked to ${task}`, asked, dies);
      if (!dies) return;
      process.stdout.write(`${name} is dead\n`);
      server.close();
      server.closeAllConnections();
    });
  });
  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    const where = typeof address === 'object' && address !== null ? address.port : port;
    process.stdout.write(`${name} listens on http://127.0.0.1:${where}/v1\n`);
  });
}

const [left = '18471', right = '18472'] = process.argv.slice(2);
start('left', Number(left), 2);
start('right', Number(right), Infinity);
