import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Kubectl } from '../kube/kubectl';
import { admin } from '../parts/control-plane';
import type { Folder } from '../state/folder';
import { kubeconfigFile } from '../state/kubeconfig';

/** Where kubectl and argocd are for those who have none of their own. */
export function toolsFolder(folder: Folder): string {
  return folder.path('bin');
}

/** Fills the tools' folder with links to what was built. */
export async function linkTools(folder: Folder, binaries: ReadonlyMap<string, string>): Promise<void> {
  await folder.create('bin');
  for (const name of ['kubectl', 'argocd']) {
    const link = path.join(toolsFolder(folder), name);
    await fs.rm(link, { force: true });
    await fs.symlink(binaries.get(name) ?? '', link);
  }
}

/** kubectl as the sandbox's administrator. */
export function adminKubectl(folder: Folder): Kubectl {
  return new Kubectl(path.join(toolsFolder(folder), 'kubectl'), kubeconfigFile(folder, admin));
}
