import type { PartSpec } from '../process/part';
import { answersOk } from '../process/checks';
import { tokenKeys } from '../state/pki';
import { writeKubeconfig } from '../state/kubeconfig';
import { type Context, binary, command, port } from './context';

/** Ports that the control plane needs. */
export const controlPlanePorts = ['etcd', 'etcd-peer', 'kube-apiserver', 'kube-controller-manager'] as const;

/** The user that people and the sandbox's own commands are. */
export const admin = { user: 'admin', group: 'system:masters' };

/** The store of the API server; only holders of a certificate of ours get in. */
export async function etcd(context: Context): Promise<PartSpec> {
  const { authority, folder } = context;
  const server = await authority.server('etcd');
  const client = await authority.client('etcd-client');
  const url = `https://127.0.0.1:${port(context, 'etcd')}`;
  const peer = `https://127.0.0.1:${port(context, 'etcd-peer')}`;
  await folder.create('etcd');
  return {
    name: 'etcd',
    after: [],
    port: port(context, 'etcd'),
    log: folder.log('etcd'),
    command: command(context, binary(context, 'etcd'), [
      `--data-dir=${folder.path('etcd')}`,
      '--name=sandbox',
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=sandbox=${peer}`,
      `--cert-file=${server.certificateFile}`,
      `--key-file=${server.keyFile}`,
      '--client-cert-auth',
      `--trusted-ca-file=${authority.certificateFile}`,
      `--peer-cert-file=${server.certificateFile}`,
      `--peer-key-file=${server.keyFile}`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${authority.certificateFile}`,
    ]),
    check: answersOk(`${url}/health`, { ca: authority.certificate, cert: client.certificate, key: client.key }),
  };
}

export async function kubeApiserver(context: Context): Promise<PartSpec> {
  const { authority, folder } = context;
  const server = await authority.server('kube-apiserver', ['kubernetes.default.svc']);
  const store = await authority.client('etcd-client');
  const tokens = await tokenKeys(folder);
  const client = await authority.client(admin.user, admin.group);
  const own = port(context, 'kube-apiserver');
  return {
    name: 'kube-apiserver',
    after: ['etcd'],
    port: own,
    log: folder.log('kube-apiserver'),
    // Half the garbage for a little more work: it is by far the largest part.
    command: command(
      context,
      binary(context, 'kube-apiserver'),
      [
        `--etcd-servers=https://127.0.0.1:${port(context, 'etcd')}`,
        `--etcd-cafile=${authority.certificateFile}`,
        `--etcd-certfile=${store.certificateFile}`,
        `--etcd-keyfile=${store.keyFile}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${own}`,
        `--tls-cert-file=${server.certificateFile}`,
        `--tls-private-key-file=${server.keyFile}`,
        `--client-ca-file=${authority.certificateFile}`,
        '--anonymous-auth=false',
        '--authorization-mode=RBAC',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${tokens.certificateFile}`,
        `--service-account-signing-key-file=${tokens.keyFile}`,
        '--service-cluster-ip-range=10.0.0.0/24',
        // There are no pods that would need an account, and no nodes to reach the API server from.
        '--disable-admission-plugins=ServiceAccount',
        '--endpoint-reconciler-type=none',
        '--profiling=false',
      ],
      { GOGC: '50' },
    ),
    check: answersOk(`https://127.0.0.1:${own}/readyz`, {
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
    }),
    // It waits this long for watches that nobody ends, and everybody else has stopped by then.
    stopGrace: 10_000,
  };
}

/** The garbage collector and the namespace controller, see programs/cluster/kube-controller-manager: all that deletes. */
export async function kubeControllerManager(context: Context): Promise<PartSpec> {
  const { authority, folder } = context;
  const apiserver = port(context, 'kube-apiserver');
  const user = { user: 'system:kube-controller-manager' };
  const kubeconfig = await writeKubeconfig(folder, authority, user, apiserver);
  const server = await authority.server('kube-controller-manager');
  const client = await authority.client(admin.user, admin.group);
  const own = port(context, 'kube-controller-manager');
  return {
    name: 'kube-controller-manager',
    after: ['kube-apiserver'],
    port: own,
    log: folder.log('kube-controller-manager'),
    command: command(context, binary(context, 'kube-controller-manager'), [
      `--kubeconfig=${kubeconfig}`,
      `--address=127.0.0.1:${own}`,
      `--tls-cert-file=${server.certificateFile}`,
      `--tls-private-key-file=${server.keyFile}`,
      `--client-ca-file=${authority.certificateFile}`,
    ]),
    check: answersOk(`https://127.0.0.1:${own}/healthz`, {
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
    }),
  };
}
