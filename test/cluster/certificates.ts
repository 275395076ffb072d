import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from './command.ts';
import { addresses, nodeName, type Layout } from './layout.ts';

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const validDays = ['-days', '30'];

const servingNames = [
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  'DNS:kubernetes.default.svc.cluster.local',
  `DNS:${nodeName}`,
  'IP:127.0.0.1',
  `IP:${addresses.node}`,
  `IP:${addresses.kubernetesService}`,
];

/**
 * Makes a certificate authority and what it signs: the API server's serving certificate, which pods verify by the
 * kube-root-ca.crt ConfigMap, and its client certificate for the kubelet. And the key pair of service account tokens.
 */
export async function makeCertificates(layout: Layout): Promise<void> {
  mkdirSync(dirname(layout.certificate('ca')), { recursive: true });
  await Promise.all([makeAuthority(layout), makeKeyPair(layout, 'service-account')]);
  await Promise.all([
    sign(layout, 'serving', '/CN=kube-apiserver', [
      `subjectAltName=${servingNames.join(',')}`,
      'extendedKeyUsage=serverAuth',
    ]),
    sign(layout, 'kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client', ['extendedKeyUsage=clientAuth']),
  ]);
}

async function makeAuthority(layout: Layout): Promise<void> {
  await runCommand('openssl', [
    ...['req', '-x509', ...elliptic, ...validDays, '-subj', '/CN=orket-test-cluster'],
    ...['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'],
    ...['-keyout', layout.key('ca'), '-out', layout.certificate('ca')],
  ]);
}

async function sign(layout: Layout, name: string, subject: string, extensions: readonly string[]): Promise<void> {
  await runCommand('openssl', [
    ...['req', '-x509', ...elliptic, ...validDays, '-subj', subject],
    ...['-CA', layout.certificate('ca'), '-CAkey', layout.key('ca')],
    ...['basicConstraints=critical,CA:FALSE', ...extensions].flatMap((extension) => ['-addext', extension]),
    ...['-keyout', layout.key(name), '-out', layout.certificate(name)],
  ]);
}

async function makeKeyPair(layout: Layout, name: string): Promise<void> {
  await runCommand('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-out', layout.key(name)]);
  await runCommand('openssl', ['pkey', '-in', layout.key(name), '-pubout', '-out', layout.publicKey(name)]);
}
