/** The warehouse that the example tidies: a server that says each crate it throws away. `node warehouse.ts [PORT]`. */
import { createServer, type ServerResponse } from 'node:http';

const port = Number(process.argv[2] ?? 18_441);

const crates = new Map([
  ['crate-3', { holds: 'lamps', years: 1 }],
  ['crate-7', { holds: 'rust', years: 19 }],
  ['crate-9', { holds: 'rope', years: 4 }],
]);

const server = createServer((request, response) => {
  const name = (request.url ?? '').replace('/crates', '').replace('/', '');
  if (request.method === 'GET' && name === '') {
    return answer(response, 200, { crates: [...crates].map(([crate, about]) => ({ crate, ...about })) });
  }
  if (request.method !== 'DELETE') return answer(response, 405, {});
  const isThere = crates.delete(name);
  process.stdout.write(`${name} is ${isThere ? 'thrown away' : 'not there'}\n`);
  return answer(response, isThere ? 200 : 404, { left: crates.size });
});

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  const at = typeof address === 'object' && address !== null ? address.port : port;
  process.stdout.write(`the warehouse listens on http://127.0.0.1:${at}\n`);
});
