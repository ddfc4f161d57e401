import { X509Certificate, createPrivateKey } from 'node:crypto';
import * as fs from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { Authority } from '../../../sandbox/state/pki';
import { Folder } from '../../../sandbox/state/folder';
import { temporaryFolder } from '../process/fakes';

async function authority(name = 'one', base = temporaryFolder()): Promise<{ authority: Authority; folder: Folder }> {
  const folder = new Folder(name, base);
  return { folder, authority: await Authority.open(folder) };
}

test('a server and a client with its certificates trust each other', async () => {
  const { authority: ca } = await authority();
  const { certificate, key } = await ca.server('server');
  const client = await ca.client('jane', 'admins');
  const server = tls.createServer({
    cert: certificate,
    key,
    ca: ca.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca: ca.certificate,
    cert: client.certificate,
    key: client.key,
  });
  try {
    const [accepted] = (await once(server, 'secureConnection')) as [tls.TLSSocket];
    expect(accepted.getPeerCertificate().subject).toMatchObject({ CN: 'jane', O: 'admins' });
    if (!socket.authorized) await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
  } finally {
    socket.destroy();
    server.close();
  }
});

test('another sandbox’s authority is not trusted', async () => {
  const [one, two] = await Promise.all([authority('one'), authority('two')]);
  const server = new X509Certificate((await one.authority.server('server')).certificate);
  expect(server.verify(new X509Certificate(one.authority.certificate).publicKey)).toBe(true);
  expect(server.verify(new X509Certificate(two.authority.certificate).publicKey)).toBe(false);
});

test('certificates outlive the process, and keys are for the user only', async () => {
  const { authority: before, folder } = await authority();
  const { certificate, keyFile } = await before.server('server');
  const after = await Authority.open(folder);
  expect((await after.server('server')).certificate).toBe(certificate);
  expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
});

test('parts that ask for one at the same time get the same', async () => {
  const { authority: ca } = await authority();
  const [one, two] = await Promise.all([ca.client('jane'), ca.client('jane')]);
  expect(one.certificate).toBe(two.certificate);
  expect(new X509Certificate(one.certificate).checkPrivateKey(createPrivateKey(two.key))).toBe(true);
});
