import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** What was done outside, and under which key. */
export interface Done {
  readonly key: string;
  readonly path: string;
}

/** A server that does what tools of one Session ask for, and counts how often one began. */
export class DoingServer {
  readonly done: Done[] = [];
  /** Called for each thing that was done. */
  onDone: () => void = () => {};
  #begun = 0;
  readonly #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked: Done = JSON.parse(Buffer.concat(parts).toString());
      response.end(JSON.stringify(this.#answer(request.url ?? '', asked)));
    });
  });

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, { key, path }: Done): unknown {
    switch (url) {
      case '/begin':
        return (this.#begun += 1);
      case '/do':
        this.done.push({ key, path });
        this.onDone();
        return null;
      default:
        return { happened: this.done.some((one) => one.key === key), output: 'found' };
    }
  }
}
