import { emulatorFolder } from './builder/python';
import { applyApplications } from './gitops/applications';
import { prepareRemote } from './gitops/remote';
import { Kubectl } from './kube/kubectl';
import { type AckController, ackController, ackPorts } from './parts/ack';
import { argocd, argocdPorts, redis } from './parts/argocd';
import { aws, awsPorts } from './parts/aws';
import { prepareCluster } from './parts/cluster';
import { type Context, binary, port } from './parts/context';
import { admin, controlPlanePorts, etcd, kubeApiserver, kubeControllerManager } from './parts/control-plane';
import { platformKinds } from './parts/kinds';
import { makeRoles } from './parts/roles';
import { type Step, Task } from './process/graph';
import { Part, type PartEvent } from './process/part';
import { type Settings, services } from './settings';
import type { Folder } from './state/folder';
import { writeKubeconfig } from './state/kubeconfig';
import { Authority } from './state/pki';
import { reservePorts } from './state/ports';

/** What was built for the sandbox. */
export interface Built {
  /** Path of each binary, by the program's name in the catalog. */
  readonly binaries: ReadonlyMap<string, string>;
  /** The Python interpreter for the emulator. */
  readonly python: string;
}

/** The ACK controllers to run: official ones that can be built or are given, and ours for the rest. */
function ackControllers(
  binaries: ReadonlyMap<string, string>,
  settings: Settings,
  kinds: ReadonlyMap<string, readonly string[]>,
): AckController[] {
  const official = services.flatMap((service): AckController[] => {
    const file = settings.controllers[service] ?? binaries.get(`ack-${service}`);
    if (file === undefined) return [];
    const served = kinds.get(`${service}.services.k8s.aws`) ?? [];
    return [of(service, file, `--reconcile-resources=${served.join(',')}`)];
  });
  const rest = services.filter((service) => !official.some(({ name }) => name === `ack-${service}`));
  const ours = binaries.get('controller');
  const standins = binaries.get('standins');
  return [
    ...official,
    // All that it can: without being told to, it does nothing that deletes data.
    ...(ours === undefined
      ? []
      : [
          {
            name: 'controller',
            serviceAccount: 'ack-sanders-controller',
            binary: ours,
            args: ['--services=batch,budgets,bucket-emptier'],
          },
        ]),
    // One process per service, because each has a role of its own.
    ...(standins === undefined ? [] : rest.map((service) => of(service, standins, `--services=${service}`))),
  ];
}

/** The controller of a service that has an official one. */
function of(service: string, file: string, ...args: string[]): AckController {
  return { name: `ack-${service}`, serviceAccount: `ack-${service}-controller`, binary: file, args };
}

/** Everything that a sandbox consists of, in no particular order: each step says what it comes after. */
export async function steps(
  folder: Folder,
  settings: Settings,
  built: Built,
  onEvent: (event: PartEvent) => void,
): Promise<Step[]> {
  await folder.create('logs');
  const { binaries } = built;
  const kinds = platformKinds();
  const controllers = ackControllers(binaries, settings, kinds);
  const names = [
    ...controlPlanePorts,
    ...argocdPorts,
    ...awsPorts,
    ...controllers.flatMap(({ name }) => ackPorts(name)),
  ];
  const ports = await reservePorts(folder, names);
  const context: Context = { folder, ports, binaries, authority: await Authority.open(folder) };
  const kubeconfig = await writeKubeconfig(folder, context.authority, admin, port(context, 'kube-apiserver'));
  const kubectl = new Kubectl(binary(context, 'kubectl'), kubeconfig);
  const parts = [
    await etcd(context),
    await kubeApiserver(context),
    await kubeControllerManager(context),
    await redis(context),
    ...(await argocd(context)),
    aws(context, built.python, emulatorFolder, settings.jobImages),
    ...(await Promise.all(controllers.map((controller) => ackController(context, controller, settings.resyncSeconds)))),
  ];
  const users = controllers.map(({ name }) => name);
  return [
    ...parts.map((part) => new Part(part, onEvent)),
    new Task(
      'cluster',
      ['kube-apiserver'],
      (signal) => prepareCluster(context, kubectl, settings, users, kinds, signal),
      onEvent,
    ),
    new Task('roles', ['aws'], (signal) => makeRoles(context, built.python, signal), onEvent),
    new Task('git', [], () => prepareRemote(folder, binary(context, 'kubectl'), kubeconfig), onEvent),
    new Task('applications', ['cluster', 'git'], (signal) => applyApplications(folder, kubectl, signal), onEvent),
  ];
}
