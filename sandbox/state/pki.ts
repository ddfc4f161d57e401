import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Folder, readIfThere, writePrivate } from './folder';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const years = 10;

/** A certificate with its key, both PEM, and where they are kept. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The sandbox's own certificate authority; nothing outside the sandbox trusts it. */
export class Authority {
  private readonly issued = new Map<string, Promise<KeyPair>>();

  private constructor(
    private readonly folder: Folder,
    private readonly ca: KeyPair,
  ) {}

  /** The authority of a sandbox, made at the first call. */
  static async open(folder: Folder): Promise<Authority> {
    await folder.create('pki');
    const ca = await keep(folder, 'ca', async () => {
      const keys = await generateKeys();
      const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        name: `CN=sanders-sandbox-${folder.name}`,
        keys,
        signingAlgorithm: algorithm,
        ...validity(),
        extensions: [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return pem(certificate, keys.privateKey);
    });
    return new Authority(folder, ca);
  }

  /** The certificate that proves this sandbox's servers and clients. */
  get certificate(): string {
    return this.ca.certificate;
  }

  get certificateFile(): string {
    return this.ca.certificateFile;
  }

  /** A server's certificate for 127.0.0.1, localhost and the given names, made at the first call. */
  server(name: string, hostNames: readonly string[] = []): Promise<KeyPair> {
    const names = ['localhost', ...hostNames].map((value): x509.JsonGeneralName => ({ type: 'dns', value }));
    return this.issue(name, `CN=${name}`, [
      // etcd and the API server also use it as a client, towards themselves.
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }, ...names]),
    ]);
  }

  /** A client's certificate: to Kubernetes, the common name is the user and the organisation the group. */
  client(user: string, group?: string): Promise<KeyPair> {
    const subject = group === undefined ? `CN=${user}` : `O=${group}, CN=${user}`;
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
    return this.issue(`client-${user.replaceAll(':', '-')}`, subject, [usage]);
  }

  private issue(name: string, subject: string, extensions: x509.Extension[]): Promise<KeyPair> {
    // Several parts ask for one at the same time.
    const pair = this.issued.get(name) ?? this.make(name, subject, extensions);
    this.issued.set(name, pair);
    return pair;
  }

  private make(name: string, subject: string, extensions: x509.Extension[]): Promise<KeyPair> {
    return keep(this.folder, name, async () => {
      const keys = await generateKeys();
      const issuer = new x509.X509Certificate(this.ca.certificate);
      const certificate = await x509.X509CertificateGenerator.create({
        subject,
        issuer: issuer.subject,
        publicKey: keys.publicKey,
        signingKey: await importKey(this.ca.key),
        signingAlgorithm: algorithm,
        ...validity(),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          await x509.AuthorityKeyIdentifierExtension.create(issuer),
          ...extensions,
        ],
      });
      return pem(certificate, keys.privateKey);
    });
  }
}

/** Key pair for signing service accounts' tokens, made at the first call. */
export function tokenKeys(folder: Folder): Promise<KeyPair> {
  return keep(folder, 'service-accounts', async () => {
    const keys = await generateKeys();
    const publicKey = await webcrypto.subtle.exportKey('spki', keys.publicKey);
    return [x509.PemConverter.encode(publicKey, 'PUBLIC KEY'), await pemKey(keys.privateKey)];
  });
}

async function keep(folder: Folder, name: string, make: () => Promise<[string, string]>): Promise<KeyPair> {
  const certificateFile = folder.path('pki', `${name}.crt`);
  const keyFile = folder.path('pki', `${name}.key`);
  const certificate = await readIfThere(certificateFile);
  const key = await readIfThere(keyFile);
  if (certificate !== undefined && key !== undefined) return { certificate, key, certificateFile, keyFile };
  const made = await make();
  await writePrivate(keyFile, made[1]);
  await writePrivate(certificateFile, made[0]);
  return { certificate: made[0], key: made[1], certificateFile, keyFile };
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function importKey(key: string): Promise<CryptoKey> {
  const der = x509.PemConverter.decodeFirst(key);
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

async function pemKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function pem(certificate: x509.X509Certificate, key: CryptoKey): Promise<[string, string]> {
  return [certificate.toString('pem'), await pemKey(key)];
}

function validity(): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date();
  const notAfter = new Date(notBefore);
  notAfter.setFullYear(notAfter.getFullYear() + years);
  return { notBefore, notAfter };
}
