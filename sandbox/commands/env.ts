import { logIn } from '../gitops/session';
import { administratorEnvironment } from '../parts/aws';
import { port } from '../parts/context';
import { admin } from '../parts/control-plane';
import { kubeconfigFile } from '../state/kubeconfig';
import { Authority } from '../state/pki';
import type { Folder } from '../state/folder';
import { readPorts } from '../state/ports';
import { whenUp } from './supervision';
import { adminKubectl, toolsFolder } from './tools';

/**
 * Shell commands that point kubectl, aws, argocd, the AWS SDKs and further commands of ours at a sandbox:
 * `eval "$(make -s env)"`.
 *
 * @throws Expected when it is not up
 */
export async function env(folder: Folder): Promise<string> {
  await whenUp(folder);
  const ports = await readPorts(folder.path('ports.json'));
  const authority = await Authority.open(folder);
  const argocd = port({ ports }, 'argocd-server');
  const variables = {
    SANDBOX: folder.name,
    KUBECONFIG: kubeconfigFile(folder, admin),
    ...(await administratorEnvironment({ folder, ports })),
    ARGOCD_SERVER: `127.0.0.1:${argocd}`,
    ARGOCD_AUTH_TOKEN: await logIn(adminKubectl(folder), argocd, authority.certificate),
    ARGOCD_OPTS: `--server-crt=${authority.certificateFile}`,
  };
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`),
    // The SDKs fail with a CA bundle that they cannot use, and a profile would win over the keys.
    'unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN',
    // Last: whoever has kubectl and argocd goes on using them.
    `export PATH="$PATH":${quote(toolsFolder(folder))}`,
  ].join('\n');
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
