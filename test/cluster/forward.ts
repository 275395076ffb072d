import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

// A connection passes two halves: a loopback port outside, and a Unix socket that both sides of the namespaces can see.

/** The inner half: what connects to the Unix socket reaches the port of this network namespace. */
export async function listenInside(socketPath: string, port: number): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    join(incoming, connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
  });
  await listening(server, () => server.listen(socketPath));
}

/** The outer half, on a free loopback port. Returns the port. */
export async function listenOutside(socketPath: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    join(incoming, connect({ path: socketPath, allowHalfOpen: true }));
  });
  await listening(server, () => server.listen(0, '127.0.0.1'));
  return (server.address() as AddressInfo).port;
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).once('listening', resolve);
    listen();
  });
}

/** Carries bytes both ways. When one side breaks, so does the other: a peer must not wait for what cannot come. */
function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.setNoDelay(true);
    from.on('error', () => to.destroy());
    from.on('close', (hadError) => (hadError ? to.destroy() : to.end()));
    from.pipe(to);
  }
}
