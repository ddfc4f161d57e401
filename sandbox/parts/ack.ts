import type { PartSpec } from '../process/part';
import { answersOk } from '../process/checks';
import { writeKubeconfig } from '../state/kubeconfig';
import { type Context, command, port } from './context';
import { emulatorUrl, podEnvironment, region } from './aws';

/** Where ACK controllers look for their own settings. */
export const ackNamespace = 'ack-system';

/** An ACK controller: an official one, or one of ours, which take the same flags. */
export interface AckController {
  /** Name of the part, of its Kubernetes user and of its role in Kubernetes. */
  readonly name: string;
  /** The service account that its pods have in production: AWS gives it a role. */
  readonly serviceAccount: string;
  /** Path of its binary. */
  readonly binary: string;
  /** Flags of its own. */
  readonly args?: readonly string[];
}

/** Ports that an ACK controller needs. */
export function ackPorts(name: string): string[] {
  return [name, `${name}-metrics`];
}

/**
 * An ACK controller that acts on the emulator.
 *
 * @param resyncSeconds how often it looks whether AWS is still as declared
 */
export async function ackController(
  context: Context,
  { name, serviceAccount, binary, args = [] }: AckController,
  resyncSeconds: number,
): Promise<PartSpec> {
  const { folder, authority } = context;
  const kubeconfig = await writeKubeconfig(folder, authority, { user: name }, port(context, 'kube-apiserver'));
  const endpoint = emulatorUrl(context);
  const health = port(context, name);
  return {
    name,
    after: ['cluster', 'aws', 'roles'],
    // An object that failed during an outage waits up to 1000 s for its next try; a start begins with all of them.
    restartAfterOutageOf: ['aws'],
    port: health,
    log: folder.log(name),
    command: command(
      context,
      binary,
      [
        `--aws-region=${region}`,
        `--aws-endpoint-url=${endpoint}`,
        // Without it the controller asks the real STS which account it is in.
        `--aws-identity-endpoint-url=${endpoint}`,
        '--allow-unsafe-aws-endpoint-urls',
        `--healthz-addr=127.0.0.1:${health}`,
        `--metrics-addr=127.0.0.1:${port(context, `${name}-metrics`)}`,
        // As in production, it works in the account of the environment's namespace, under the role that the map has for it.
        '--enable-carm=true',
        '--feature-gates=ServiceLevelCARM=true',
        '--reconcile-default-max-concurrent-syncs=4',
        // So soon is drift repaired; the default is ten hours.
        `--reconcile-default-resync-seconds=${resyncSeconds}`,
        '--log-level=info',
        ...args,
      ],
      {
        ...(await podEnvironment(context, ackNamespace, serviceAccount)),
        KUBECONFIG: kubeconfig,
        ACK_SYSTEM_NAMESPACE: ackNamespace,
        K8S_NAMESPACE: ackNamespace,
      },
    ),
    check: answersOk(`http://127.0.0.1:${health}/readyz`),
  };
}
