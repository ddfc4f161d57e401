import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Expected } from '../expected';

/** kubectl failed; the message is what it said. */
export class KubectlFailed extends Expected {
  override readonly name = 'KubectlFailed';

  constructor(
    args: readonly string[],
    /** All that it said. */
    readonly stderr: string,
  ) {
    // Some errors of kubectl quote every object that there is.
    super('failure', `kubectl ${args.join(' ')}: ${stderr.trim().slice(0, 2000)}`);
  }
}

/** kubectl as one user of one API server. */
export class Kubectl {
  constructor(
    private readonly binary: string,
    private readonly kubeconfig: string,
  ) {}

  /** Runs kubectl and returns its output. @throws KubectlFailed */
  async run(
    args: readonly string[],
    options: { readonly stdin?: string; readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const child = spawn(this.binary, args, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: this.kubeconfig },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal,
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // kubectl may end before it has read everything; its exit code then says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new KubectlFailed(args, stderr);
    return stdout;
  }

  /**
   * Creates or updates objects: YAML documents, each after those that it needs. Fields of ours that somebody else changed
   * become ours again.
   *
   * @throws KubectlFailed
   */
  async apply(documents: readonly string[], namespace: string, signal?: AbortSignal): Promise<void> {
    const args = [
      'apply',
      '--server-side',
      '--force-conflicts',
      '--field-manager=sanders-sandbox',
      `--namespace=${namespace}`,
      '--filename=-',
    ];
    await this.run(args, { stdin: documents.join('\n---\n'), signal });
  }
}
