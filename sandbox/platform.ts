import { Step } from './process/graph';
import { Part, PartEvent } from './process/part';
import { writeKubeconfig } from './state/kubeconfig';
import { admin, controlPlanePorts, etcd, kubeApiserver, kubeControllerManager } from './parts/control-plane';
import { Context, port } from './parts/context';
import { Settings } from './settings';
import { Authority } from './state/pki';
import { Folder } from './state/folder';
import { reservePorts } from './state/ports';

/** Names of the programs that a sandbox runs, as the builder's catalog has them. */
export function programs(_settings: Settings): string[] {
  return ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];
}

/** Everything that a sandbox consists of, in no particular order. */
export async function steps(
  folder: Folder,
  _settings: Settings,
  binaries: ReadonlyMap<string, string>,
  onEvent: (event: PartEvent) => void,
): Promise<Step[]> {
  await folder.create('logs');
  const ports = await reservePorts(folder, controlPlanePorts);
  const context: Context = { folder, ports, binaries, authority: await Authority.open(folder) };
  await writeKubeconfig(folder, context.authority, admin, port(context, 'kube-apiserver'));
  const parts = await Promise.all([etcd(context), kubeApiserver(context), kubeControllerManager(context)]);
  return parts.map((part) => new Part(part, onEvent));
}
