import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from './command.ts';
import { addresses, nodeName, type Layout } from './layout.ts';

const curve = ['-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const newCertificate = ['req', '-x509', '-nodes', '-days', '30', '-newkey', 'ec', ...curve];

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
    sign(layout, 'kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client', [
      'extendedKeyUsage=clientAuth',
    ]),
  ]);
}

async function makeAuthority(layout: Layout): Promise<void> {
  const subject = ['-subj', '/CN=orket-test-cluster', '-addext', 'keyUsage=critical,keyCertSign,digitalSignature'];
  await runCommand('openssl', [...newCertificate, ...subject, ...output(layout, 'ca')]);
}

async function sign(layout: Layout, name: string, subject: string, extensions: readonly string[]): Promise<void> {
  const authority = ['-CA', layout.certificate('ca'), '-CAkey', layout.key('ca')];
  const all = ['basicConstraints=critical,CA:FALSE', ...extensions].flatMap((extension) => ['-addext', extension]);
  await runCommand('openssl', [...newCertificate, ...authority, '-subj', subject, ...all, ...output(layout, name)]);
}

function output(layout: Layout, name: string): readonly string[] {
  return ['-keyout', layout.key(name), '-out', layout.certificate(name)];
}

async function makeKeyPair(layout: Layout, name: string): Promise<void> {
  await runCommand('openssl', ['genpkey', '-algorithm', 'EC', ...curve, '-out', layout.key(name)]);
  await runCommand('openssl', ['pkey', '-in', layout.key(name), '-pubout', '-out', layout.publicKey(name)]);
}
