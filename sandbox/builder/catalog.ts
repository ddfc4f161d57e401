import * as path from 'node:path';
import { builtServices } from '../../synthesis/kinds';
import { Expected } from '../expected';

const sandbox = path.join(__dirname, '..');
const controllers = path.join(sandbox, '..', 'controllers');

/** A command that is built from a Go module which pins it. */
export interface Program {
  /** The binary's file name. */
  readonly name: string;
  /** Folder of the Go module whose go.mod and go.sum pin the program. */
  readonly folder: string;
  /** Import path of the command. */
  readonly command: string;
  /** The module whose version is the program's, as go.mod names it. @default - the program is this project's own and has no version */
  readonly versionOf?: string;
  /** Variables that the linker sets, given the version without its `v`: some programs do not know theirs otherwise. */
  readonly stamp?: (version: string) => Readonly<Record<string, string>>;
  /** Folders of the module `versionOf` that are kept beside the binary, under the same paths. @default - none */
  readonly files?: readonly string[];
  /** Changes to the module's source that no flag or setting could make. @default - none */
  readonly edits?: readonly Edit[];
}

/** Replaces a text that occurs exactly once in a file of the module `versionOf`; the build fails when it does not. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const kubernetesStamp = (version: string) => {
  const [major = '', minor = ''] = version.split('.');
  const variable = 'k8s.io/component-base/version.git';
  return { [`${variable}Version`]: `v${version}`, [`${variable}Major`]: major, [`${variable}Minor`]: minor };
};

const pinned = (name: string, module: string, command: string, rest: Partial<Program> = {}): Program => ({
  name,
  folder: path.join(sandbox, 'programs', name),
  versionOf: module,
  command,
  ...rest,
});

const kubernetes = (name: string, edits?: Program['edits']): Program =>
  pinned(name, 'k8s.io/kubernetes', `k8s.io/kubernetes/cmd/${name}`, {
    folder: path.join(sandbox, 'programs', 'kubernetes'),
    stamp: kubernetesStamp,
    edits,
  });

const ack = (service: string): Program => {
  const module = `github.com/aws-controllers-k8s/${service}-controller`;
  return pinned(`ack-${service}`, module, `${module}/cmd/controller`, {
    stamp: (version) => ({ [`${module}/pkg/version.GitVersion`]: `v${version}` }),
    files: ['config/crd'],
  });
};

const own = (name: string): Program => ({ name, folder: controllers, command: `./cmd/${name}` });

const argocd = 'github.com/argoproj/argo-cd/v3';

/** Every program of the sandbox that is built with Go, in the order of building: the quick ones that others wait for first. */
export const catalog: readonly Program[] = [
  pinned('etcd', 'go.etcd.io/etcd/server/v3', 'go.etcd.io/etcd/server/v3'),
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager', [
    // Before it empties a namespace that is being deleted it waits for what other API servers and etcd members may not know
    // yet; there is only one of each here.
    {
      file: 'pkg/controller/namespace/namespace_controller.go',
      from: 'namespaceDeletionGracePeriod = 5 * time.Second',
      to: 'namespaceDeletionGracePeriod = 0 * time.Second',
    },
  ]),
  kubernetes('kubectl'),
  pinned('redis', 'github.com/alicebob/miniredis/v2', '.'),
  ...builtServices().map(ack),
  own('controller'),
  own('standins'),
  pinned('argocd', argocd, `${argocd}/cmd`, {
    stamp: (version) => ({ [`${argocd}/common.version`]: version }),
    files: ['manifests/crds', 'manifests/base/config'],
    // The application controller's metrics would be open to the network; it has no flag for the address.
    edits: [{ file: 'controller/appcontroller.go', from: '"0.0.0.0:%d"', to: '"127.0.0.1:%d"' }],
  }),
];

/** The programs of the given names. @throws Expected for a name that is not in the catalog */
export function find(names: readonly string[]): Program[] {
  return names.map((name) => {
    const program = catalog.find((candidate) => candidate.name === name);
    if (program) return program;
    const known = catalog.map((one) => one.name).join(', ');
    throw new Expected('usage', `${name}: no such program; the sandbox builds ${known}`);
  });
}
