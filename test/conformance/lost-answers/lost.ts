import { request } from 'node:http';
import { defineTool, type Json } from 'orket/tool';

/** Tools that lose their answer the first time that they are called; `lost.py` has the same. */
interface Input {
  readonly port: number;
  readonly way: string;
}

function ask(port: number, path: string, body: Json): Promise<Json> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(JSON.parse(text) as Json));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

export default [
  defineTool<Input>({
    name: 'send',
    description: 'Has it done.',
    input: { type: 'object' },
    run: async ({ port, way }, { key, path, signal }) => {
      const isFirst = (await ask(port, '/begin', { path })) === 1;
      if (isFirst && way === 'dies before') process.exit(3);
      await ask(port, '/do', { key, path });
      if (isFirst && way === 'dies') process.exit(3);
      while (isFirst && way === 'hangs');
      if (isFirst && way === 'stops') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.throwIfAborted();
      return 'sent';
    },
  }),
  defineTool<{ readonly key: string; readonly input: Input }>({
    name: 'look',
    description: 'Whether it was done.',
    input: { type: 'object' },
    run: ({ key, input: { port } }) => ask(port, '/was-it-done', { key }),
  }),
];
