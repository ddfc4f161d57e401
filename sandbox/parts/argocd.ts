import * as path from 'node:path';
import type { PartSpec } from '../process/part';
import { answersOk, redisAnswers } from '../process/checks';
import { secret } from '../state/secrets';
import { writeKubeconfig } from '../state/kubeconfig';
import { type Context, binary, command, port } from './context';

export const argocdNamespace = 'argocd';

/** Ports that Argo CD and its redis need. */
export const argocdPorts = [
  'redis',
  'argocd-server',
  'argocd-server-metrics',
  'argocd-repo-server',
  'argocd-repo-server-metrics',
  'argocd-application-controller',
  'argocd-applicationset-controller',
  'argocd-applicationset-controller-metrics',
  'argocd-applicationset-controller-webhook',
] as const;

/** Argo CD's cache. */
export async function redis(context: Context): Promise<PartSpec> {
  const { folder } = context;
  const password = await secret(folder, 'redis');
  const own = port(context, 'redis');
  return {
    name: 'redis',
    after: [],
    port: own,
    log: folder.log('redis'),
    command: command(context, binary(context, 'redis'), [`127.0.0.1:${own}`], { REDIS_PASSWORD: password }),
    check: redisAnswers(own, password),
  };
}

/** The four servers of Argo CD. */
export async function argocd(context: Context): Promise<PartSpec[]> {
  const { folder, authority } = context;
  const at = (name: string) => `127.0.0.1:${port(context, name)}`;
  await folder.create(
    'argocd',
    'argocd/tls',
    'argocd/ssh',
    'argocd/gnupg',
    'argocd/gpg',
    'argocd/plugins',
    'argocd/tmp',
  );
  const user = { user: 'argocd', group: 'system:masters' };
  const kubeconfig = await writeKubeconfig(folder, authority, user, port(context, 'kube-apiserver'), argocdNamespace);
  const tools = path.join(__dirname, 'argocd-bin');
  const environment = {
    REDIS_PASSWORD: await secret(folder, 'redis'),
    PATH: `${tools}:${process.env['PATH'] ?? ''}`,
    HOME: folder.path('argocd'),
    TMPDIR: folder.path('argocd', 'tmp'),
    KUBECONFIG: kubeconfig,
    // The cluster that it runs in is the one of its kubeconfig.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: folder.path('argocd', 'tls'),
    ARGOCD_SSH_DATA_PATH: folder.path('argocd', 'ssh'),
    ARGOCD_GNUPGHOME: folder.path('argocd', 'gnupg'),
    ARGOCD_GPG_DATA_PATH: folder.path('argocd', 'gpg'),
    // Where git asks for passwords, which it never has to: by default one socket for all repo servers of the machine.
    ARGOCD_ASK_PASS_SOCK: folder.socket('ask-pass'),
    ARGOCD_PLUGINSOCKFILEPATH: folder.path('argocd', 'plugins'),
    // The waves of an environment follow each other at once (argocd/overlays/self-managed says why).
    ARGOCD_SYNC_WAVE_DELAY: '0',
  };
  const part = (
    name: string,
    after: readonly string[],
    args: readonly string[],
    check: PartSpec['check'],
  ): PartSpec => ({
    name,
    after,
    port: port(context, name),
    log: folder.log(name),
    // One binary: the name that it is called by decides what it is.
    command: command(context, binary(context, 'argocd'), args, environment, name),
    check,
  });
  const cache = `--redis=${at('redis')}`;
  const repositories = at('argocd-repo-server');
  const kubernetes = [`--kubeconfig=${kubeconfig}`, `--namespace=${argocdNamespace}`];
  return [
    part(
      'argocd-repo-server',
      ['redis'],
      [
        cache,
        '--address=127.0.0.1',
        `--port=${port(context, 'argocd-repo-server')}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${port(context, 'argocd-repo-server-metrics')}`,
        // By default three minutes: of two pushes at once, an answer of before the second may be remembered after the one
        // that came behind it. To ask the repository again costs nothing here.
        '--revision-cache-expiration=2s',
      ],
      answersOk(`http://${at('argocd-repo-server-metrics')}/healthz?full=true`),
    ),
    part(
      'argocd-application-controller',
      ['cluster', 'redis', 'argocd-repo-server'],
      [
        ...kubernetes,
        cache,
        `--repo-server=${repositories}`,
        `--metrics-port=${port(context, 'argocd-application-controller')}`,
        // As argocd/overlays/self-managed sets it, and says why.
        '--repo-error-grace-period-seconds=0',
      ],
      answersOk(`http://${at('argocd-application-controller')}/healthz`),
    ),
    part(
      'argocd-applicationset-controller',
      ['cluster', 'argocd-repo-server'],
      [
        ...kubernetes,
        `--argocd-repo-server=${repositories}`,
        `--probe-addr=${at('argocd-applicationset-controller')}`,
        `--metrics-addr=${at('argocd-applicationset-controller-metrics')}`,
        `--webhook-addr=${at('argocd-applicationset-controller-webhook')}`,
      ],
      // It registers no probe; its metrics are served once its manager has started.
      answersOk(`http://${at('argocd-applicationset-controller-metrics')}/metrics`),
    ),
    part(
      'argocd-server',
      ['cluster', 'redis', 'argocd-repo-server'],
      [
        ...kubernetes,
        cache,
        `--repo-server=${repositories}`,
        '--address=127.0.0.1',
        `--port=${port(context, 'argocd-server')}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${port(context, 'argocd-server-metrics')}`,
      ],
      answersOk(`https://${at('argocd-server')}/healthz`, { ca: authority.certificate }),
    ),
  ];
}
