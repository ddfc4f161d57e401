import * as path from 'node:path';

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
}

const kubernetesStamp = (version: string) => {
  const [major = '', minor = ''] = version.split('.');
  const variable = 'k8s.io/component-base/version.git';
  return { [`${variable}Version`]: `v${version}`, [`${variable}Major`]: major, [`${variable}Minor`]: minor };
};

const pinned = (
  name: string,
  folder: string,
  versionOf: string,
  command: string,
  stamp?: Program['stamp'],
): Program => ({ name, folder: path.join(sandbox, 'programs', folder), versionOf, command, stamp });

const kubernetes = (name: string): Program =>
  pinned(name, 'kubernetes', 'k8s.io/kubernetes', `k8s.io/kubernetes/cmd/${name}`, kubernetesStamp);

const ack = (service: string): Program => {
  const module = `github.com/aws-controllers-k8s/${service}-controller`;
  return pinned(`ack-${service}`, `ack-${service}`, module, `${module}/cmd/controller`);
};

const own = (name: string, command: string): Program => ({ name, folder: controllers, command });

const argocd = 'github.com/argoproj/argo-cd/v3';

/** Every program of the sandbox that is built with Go, in the order of building: the quick ones that others wait for first. */
export const catalog: readonly Program[] = [
  pinned('etcd', 'etcd', 'go.etcd.io/etcd/server/v3', 'go.etcd.io/etcd/server/v3'),
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager'),
  kubernetes('kubectl'),
  pinned('redis', 'redis', 'github.com/alicebob/miniredis/v2', '.'),
  ack('s3'),
  ack('iam'),
  ack('ec2'),
  own('controller', './cmd/controller'),
  own('standins', './cmd/standins'),
  pinned('argocd', 'argocd', argocd, `${argocd}/cmd`, (version) => ({ [`${argocd}/common.version`]: version })),
];

/** Thrown for a name that is not in the catalog. */
export class UnknownProgram extends Error {
  constructor(readonly program: string) {
    super(`${program}: no such program; the sandbox builds ${catalog.map(({ name }) => name).join(', ')}`);
    this.name = 'UnknownProgram';
  }
}

/** The programs of the given names; throws UnknownProgram. */
export function find(names: readonly string[]): Program[] {
  return names.map((name) => {
    const program = catalog.find((candidate) => candidate.name === name);
    if (!program) throw new UnknownProgram(name);
    return program;
  });
}
