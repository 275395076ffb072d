import { request } from 'node:http';
import { defineTool, type Json, type ToolContext } from 'orket/tool';

/** What the tools below take: the port of the server that counts, and what to have done there. */
interface Input {
  readonly port: number;
  readonly id: string;
}

interface Question {
  readonly key: string;
  readonly input: Input;
}

const input = { type: 'object' };

function ask(port: number, path: string, body: Json): Promise<Json> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(JSON.parse(text) as Json));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const having =
  (done: '/do' | '/do-once') =>
  ({ port, id }: Input, { key, path }: ToolContext): Promise<Json> =>
    ask(port, done, { key, path, id });

export default [
  defineTool<Input>({ name: 'send', description: 'Has it done.', input, run: having('/do') }),
  defineTool<Input>({ name: 'remove', description: 'Has it done, for good.', input, run: having('/do') }),
  defineTool<Input>({ name: 'order', description: 'Has it done once for a key.', input, run: having('/do-once') }),
  defineTool<Input>({ name: 'pay', description: 'Has it done, and can be asked about.', input, run: having('/do') }),
  defineTool<Question>({
    name: 'paid',
    description: 'Whether it was done.',
    input,
    run: ({ key, input: { port } }) => ask(port, '/was-it-done', { key }),
  }),
  defineTool<Input>({
    name: 'arrange',
    description: 'Asks people, has others do it, and keeps a note.',
    input,
    run: async ({ port, id }, { approve, artifact, call, now }) => {
      await approve(`Shall ${id} be arranged?`);
      const sent = await call('effects.order', { port, id });
      await artifact('note.txt', 'text/plain', `About ${id}.`);
      return { sent, late: (await now()) < 0 };
    },
  }),
  defineTool<Input>({
    name: 'note',
    description: 'Writes a file of the Session.',
    input,
    run: async ({ id }, { files }) => (await files.write(`${id}.md`, id)).path,
  }),
];
