import { createServer, type Server } from 'node:http';

/** What a kubelet asks a process. */
export interface Health {
  /** Null while it makes progress, else what is wrong. */
  readonly live: () => string | null;
  /** Null once it can do its work, else what is missing. */
  readonly ready: () => string | null;
}

/** Answers `/healthz` and `/readyz`. */
export function serveHealth(port: number, { live, ready }: Health): Server {
  const server = createServer({ requestTimeout: 5000 }, (request, answer) => {
    const check = request.url === '/healthz' ? live : request.url === '/readyz' ? ready : null;
    const wrong = check === null ? 'no such path' : check();
    answer.writeHead(wrong === null ? 200 : check === null ? 404 : 503, { 'content-type': 'text/plain' });
    answer.end(`${wrong ?? 'ok'}\n`);
  });
  return server.listen(port);
}
