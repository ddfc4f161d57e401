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
  /** The module whose version is the program's, as go.mod names it. @default - this project's own, which has none */
  readonly versionOf?: string;
  /** Variables that the linker sets, given the version without its `v`: some programs do not know theirs otherwise. */
  readonly stamp?: (version: string) => Readonly<Record<string, string>>;
  /** Folders of the module `versionOf` that are kept beside the binary, under the same paths. @default - none */
  readonly files?: readonly string[];
  /** Changes to the module's source that no flag or setting could make. @default - none */
  readonly edits?: readonly Edit[];
  /** The program that shares most with this one and is built first, so that it is compiled once. @default - none */
  readonly after?: string;
  /** What a build takes with an empty Go cache, roughly. Only the estimate of what is left depends on it. */
  readonly cost: Cost;
}

/** The packages that are left to compile once `after` is built, and the seconds of one core that it all takes. */
export interface Cost {
  readonly packages: number;
  readonly seconds: number;
}

/** Replaces a text that occurs exactly once in a file of the module `versionOf`; the build fails when it does not. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const programs = path.join(sandbox, 'programs');

/** A program of the management cluster; `sandbox/programs/cluster/go.mod` pins them all. */
const cluster = (name: string, command: string, rest: Omit<Program, 'name' | 'folder' | 'command'>): Program => ({
  name,
  folder: path.join(programs, 'cluster'),
  command,
  ...rest,
});

const kubernetes = {
  versionOf: 'k8s.io/kubernetes',
  stamp: (version: string) => {
    const [major = '', minor = ''] = version.split('.');
    const variable = 'k8s.io/component-base/version.git';
    return { [`${variable}Version`]: `v${version}`, [`${variable}Major`]: major, [`${variable}Minor`]: minor };
  },
};

/** What a controller takes is mostly its service's SDK, and EC2's is by far the largest. */
const ackCosts: Readonly<Record<string, Cost>> = { ec2: { packages: 130, seconds: 123 } };
const ackCost: Cost = { packages: 112, seconds: 43 };

const ack = (service: string): Program => {
  const module = `github.com/aws-controllers-k8s/${service}-controller`;
  return {
    name: `ack-${service}`,
    folder: path.join(programs, `ack-${service}`),
    command: `${module}/cmd/controller`,
    versionOf: module,
    stamp: (version) => ({ [`${module}/pkg/version.GitVersion`]: `v${version}` }),
    files: ['config/crd'],
    after: 'argocd',
    cost: ackCosts[service] ?? ackCost,
  };
};

const own = (name: string, rest: Pick<Program, 'after' | 'cost'>): Program => ({
  name,
  folder: controllers,
  command: `./cmd/${name}`,
  ...rest,
});

const argocd = 'github.com/argoproj/argo-cd/v3';

/**
 * Every program of the sandbox that is built with Go. Of those that may be built the first one is: the smallest, with
 * which all share Go's own packages, then those that others wait for, then the longest.
 */
export const catalog: readonly Program[] = [
  cluster('redis', './redis', { versionOf: 'github.com/alicebob/miniredis/v2', cost: { packages: 191, seconds: 31 } }),
  cluster('etcd', 'go.etcd.io/etcd/server/v3', {
    versionOf: 'go.etcd.io/etcd/server/v3',
    after: 'redis',
    cost: { packages: 405, seconds: 85 },
  }),
  cluster('kube-apiserver', 'k8s.io/kubernetes/cmd/kube-apiserver', {
    ...kubernetes,
    after: 'etcd',
    cost: { packages: 1592, seconds: 506 },
  }),
  cluster('argocd', `${argocd}/cmd`, {
    versionOf: argocd,
    stamp: (version) => ({ [`${argocd}/common.version`]: version }),
    files: ['manifests/crds', 'manifests/base/config'],
    // The application controller's metrics would be open to the network; it has no flag for the address.
    edits: [{ file: 'controller/appcontroller.go', from: '"0.0.0.0:%d"', to: '"127.0.0.1:%d"' }],
    after: 'kube-apiserver',
    cost: { packages: 1090, seconds: 188 },
  }),
  // Of the first 1,000 packages, argocd has compiled 950.
  own('controller', { after: 'argocd', cost: { packages: 50, seconds: 60 } }),
  ...builtServices()
    .map(ack)
    .sort((a, b) => b.cost.seconds - a.cost.seconds),
  own('standins', { after: 'controller', cost: { packages: 25, seconds: 20 } }),
  cluster('kube-controller-manager', './kube-controller-manager', {
    ...kubernetes,
    after: 'kube-apiserver',
    cost: { packages: 69, seconds: 11 },
  }),
  cluster('kubectl', 'k8s.io/kubernetes/cmd/kubectl', {
    ...kubernetes,
    after: 'kube-apiserver',
    cost: { packages: 52, seconds: 50 },
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
