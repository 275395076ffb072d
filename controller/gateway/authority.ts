import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrketError, type Instant } from '#crds';
import { issueCertificate } from './certificate.ts';
import { writeDurably } from '#runtime';

/** What a server needs to speak TLS, and what its clients need to trust it. */
export interface ServerIdentity {
  /** PEM of the authority: given to clients. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** When it has to be made anew. */
  readonly renewAt: Instant;
}

export interface AuthorityOptions {
  /** Folder that only this process reads. */
  readonly dir: string;
  /** DNS names and IP addresses that clients may use. */
  readonly hosts: readonly string[];
  readonly now: Instant;
  readonly randomBytes: (count: number) => Uint8Array;
}

const authorityName = 'orket gateway authority';
const dayMs = 86_400_000;
const authorityMs = 10 * 365 * dayMs;
const serverMs = 90 * dayMs;
const backdatedMs = 300_000;

/**
 * A certificate for a server, of an authority that is made once and kept in `dir`, so that clients that trust it go on to do
 * so after a restart. The server's own key never touches the disk. Throws `Internal` where half an authority is found.
 */
export function serverIdentity(options: AuthorityOptions): ServerIdentity {
  const { hosts, now, randomBytes } = options;
  const authority = keptAuthority(options) ?? newAuthority(options);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = issueCertificate({
    issuer: { name: authorityName, key: authority.key },
    name: hosts[0] ?? 'orket-gateway',
    publicKey,
    serial: randomBytes(16),
    notBefore: now - backdatedMs,
    notAfter: now + serverMs,
    hosts,
  });
  return { ca: authority.ca, cert, key: pemOf(privateKey), renewAt: now + (serverMs * 2) / 3 };
}

interface Authority {
  readonly ca: string;
  readonly key: KeyObject;
}

function keptAuthority({ dir, now }: AuthorityOptions): Authority | null {
  const [certFile, keyFile] = [join(dir, 'ca.crt'), join(dir, 'ca.key')];
  if (!existsSync(certFile)) return null;
  const ca = readFileSync(certFile, 'utf8');
  const key = createPrivateKey(readFileSync(keyFile));
  const certificate = new X509Certificate(ca);
  if (!certificate.publicKey.equals(createPublicKey(key))) {
    throw new OrketError('Internal', 'the key of the authority is not that of its certificate', {
      at: dir,
      remedy:
        'Restore both files from the same copy, or remove both: every client then has to be given the new certificate.',
    });
  }
  return certificate.validToDate.getTime() - now > serverMs ? { ca, key } : null;
}

/** The certificate is written last: its presence says that both are whole. */
function newAuthority({ dir, now, randomBytes }: AuthorityOptions): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = issueCertificate({
    issuer: { name: authorityName, key: privateKey },
    name: authorityName,
    publicKey,
    serial: randomBytes(16),
    notBefore: now - backdatedMs,
    notAfter: now + authorityMs,
    hosts: null,
  });
  writeDurably(join(dir, 'ca.key'), pemOf(privateKey));
  writeDurably(join(dir, 'ca.crt'), ca);
  return { ca, key: privateKey };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
