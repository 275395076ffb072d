import { X509Certificate, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverIdentity, type AuthorityOptions, type ServerIdentity } from './authority.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'orket-authority-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const dayMs = 86_400_000;

function identity(options: Partial<AuthorityOptions> = {}): ServerIdentity {
  return serverIdentity({
    dir: join(dir, 'tls'),
    hosts: ['localhost', '127.0.0.1'],
    now: Date.now(),
    randomBytes,
    ...options,
  });
}

/** What a client that trusts only `ca` gets from a server with that identity. */
async function greet({ cert, key }: ServerIdentity, ca: string, host: string): Promise<string> {
  const server = createServer({ cert, key }, (_, answer) => answer.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, ca, servername: host, agent: false, headers: { host } }, (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      })
        .on('error', reject)
        .end();
    });
  } finally {
    server.close();
  }
}

describe('serverIdentity', () => {
  it('is trusted by a client that has its authority, under its names only', async () => {
    const server = identity();
    expect(await greet(server, server.ca, 'localhost')).toBe('200');
    await expect(greet(server, server.ca, 'elsewhere')).rejects.toThrow(/altnames/);
  });

  it('is not trusted under another authority', async () => {
    await expect(greet(identity(), identity({ dir: join(dir, 'other') }).ca, 'localhost')).rejects.toThrow(
      /signature|unable to/,
    );
  });

  it('keeps its authority, and makes a new certificate of it each time', () => {
    const [first, second] = [identity(), identity()];
    expect(second.ca).toBe(first.ca);
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).checkIssued(new X509Certificate(first.ca))).toBe(true);
  });

  it('makes a new authority before the old one ends, and asks for renewal while a certificate is still good', () => {
    const first = identity();
    const late = Date.now() + 10 * 365 * dayMs - 80 * dayMs;
    expect(identity({ now: late }).ca).not.toBe(first.ca);
    expect(first.renewAt).toBeLessThan(new X509Certificate(first.cert).validToDate.getTime());
  });

  it('is an authority that may sign, and a server that may not', () => {
    const { ca, cert } = identity();
    expect(new X509Certificate(ca).ca).toBe(true);
    expect(new X509Certificate(cert).ca).toBe(false);
    expect(new X509Certificate(cert).subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  });

  it('keeps its key to itself, and keeps no key of the server', () => {
    const { key } = identity();
    expect(statSync(join(dir, 'tls', 'ca.key')).mode & 0o077).toBe(0);
    expect(readFileSync(join(dir, 'tls', 'ca.key'), 'utf8')).not.toBe(key);
  });
});
