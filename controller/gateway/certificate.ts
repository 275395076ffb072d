import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Time,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';
import type { Instant } from '#crds';

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const commonName = '2.5.4.3';

/** Who signs: its name and its private key. */
export interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

export interface CertificateRequest {
  readonly issuer: Issuer;
  readonly name: string;
  readonly publicKey: KeyObject;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** DNS names and IP addresses of a server; null for a certificate authority. */
  readonly hosts: readonly string[] | null;
}

/** An X.509 certificate (RFC 5280) over keys of P-256, as PEM. */
export function issueCertificate(request: CertificateRequest): string {
  const { issuer, name, publicKey, serial, notBefore, notAfter } = request;
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: positive(serial),
    signature: algorithm,
    issuer: distinguishedName(issuer.name),
    validity: validity(notBefore, notAfter),
    subject: distinguishedName(name),
    subjectPublicKeyInfo: AsnConvert.parse(spki(publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensions(request)),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbs));
  const certificate = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: arrayBuffer(sign('sha256', signed, { key: issuer.key, dsaEncoding: 'der' })),
  });
  return pem(Buffer.from(AsnConvert.serialize(certificate)));
}

function extensions({ issuer, publicKey, hosts }: CertificateRequest): Extension[] {
  const isAuthority = hosts === null;
  const usage = isAuthority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature;
  const keyIdentifier = new KeyIdentifier(identifierOf(createPublicKey(issuer.key)));
  return [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: isAuthority })),
    extension(id_ce_keyUsage, true, new KeyUsage(usage)),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(identifierOf(publicKey))),
    extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier })),
    ...(isAuthority
      ? []
      : [
          extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
          extension(id_ce_subjectAltName, false, new SubjectAlternativeName(hosts.map(alternativeName))),
        ]),
  ];
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function alternativeName(host: string): GeneralName {
  return new GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host });
}

function validity(notBefore: Instant, notAfter: Instant): Validity {
  const period = new Validity();
  period.notBefore = new Time(notBefore);
  period.notAfter = new Time(notAfter);
  return period;
}

function distinguishedName(name: string): Name {
  const value = new AttributeValue({ utf8String: name });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])]);
}

/** RFC 5280, 4.2.1.2: SHA-1 of the key; it names a key and protects nothing. */
function identifierOf(key: KeyObject): ArrayBuffer {
  return arrayBuffer(createHash('sha1').update(spki(key)).digest());
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** A serial number is a positive integer: its first bit is clear, its first byte is not zero. */
function positive(serial: Uint8Array): ArrayBuffer {
  const bytes = Uint8Array.from(serial);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return arrayBuffer(bytes);
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
