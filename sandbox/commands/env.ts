import { admin } from '../parts/control-plane';
import { kubeconfigFile } from '../state/kubeconfig';
import { Folder } from '../state/folder';

/** Shell commands that point kubectl, aws, argocd and the AWS SDKs at a sandbox: `eval "$(make -s env)"`. */
export async function env(folder: Folder): Promise<string> {
  const variables = { KUBECONFIG: kubeconfigFile(folder, admin) };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n');
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
