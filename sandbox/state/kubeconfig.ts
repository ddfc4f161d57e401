import type { Authority } from './pki';
import { type Folder, writePrivate } from './folder';

/** Whom a kubeconfig speaks for. */
export interface Identity {
  readonly user: string;
  /** @default - none but what the API server adds */
  readonly group?: string;
}

/** Writes the kubeconfig of a user of the sandbox's API server, and returns its path. */
export async function writeKubeconfig(
  folder: Folder,
  authority: Authority,
  identity: Identity,
  port: number,
  namespace = 'default',
): Promise<string> {
  const { certificate, key } = await authority.client(identity.user, identity.group);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const name = `sanders-${folder.name}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(authority.certificate),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: identity.user, namespace } }],
    users: [
      {
        name: identity.user,
        user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) },
      },
    ],
  };
  await folder.create('kubeconfig');
  const file = kubeconfigFile(folder, identity);
  await writePrivate(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return file;
}

/** Where the kubeconfig of a user is. */
export function kubeconfigFile(folder: Folder, { user }: Identity): string {
  return folder.path('kubeconfig', `${user.replaceAll(':', '-')}.json`);
}
