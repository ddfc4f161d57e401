import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { argocdNamespace } from '../../sandbox/parts/argocd';
import { repository } from '../../sandbox/gitops/remote';
import { checkout } from '../../sandbox/state/folder';
import { readState } from './aws';
import { folder, kubectl, run } from './sandbox';

/** A platform engineer's clone of the sandbox's repository, with the commands of the README's tour. */
export class Clone {
  private constructor(
    readonly root: string,
    /** The commit that the clone began with. */
    readonly base: string,
  ) {}

  /** Clones what is in the sandbox's repository now. */
  static async make(): Promise<Clone> {
    const root = folder.path('clone');
    await fs.rm(root, { recursive: true, force: true });
    await run('git', ['clone', '--quiet', '--origin=sandbox', repository(folder), root], folder.root);
    await fs.symlink(path.join(checkout, 'node_modules'), path.join(root, 'node_modules'));
    // Of our own: the user's may sign commits or have no name at all.
    await run('git', ['config', 'user.name', 'End-to-end test'], root);
    await run('git', ['config', 'user.email', 'e2e@localhost'], root);
    await run('git', ['config', 'commit.gpgSign', 'false'], root);
    return new Clone(root, await run('git', ['rev-parse', 'HEAD'], root));
  }

  /** Replaces a text that must be in the file. */
  async edit(file: string, before: string | RegExp, after: string): Promise<void> {
    const name = path.join(this.root, file);
    const content = await fs.readFile(name, 'utf8');
    const edited = content.replace(before, after);
    if (edited === content) throw new Error(`${file} has no ${before}: adapt this test`);
    await fs.writeFile(name, edited);
  }

  async write(file: string, content: string): Promise<void> {
    await fs.writeFile(path.join(this.root, file), content);
  }

  async remove(file: string): Promise<void> {
    await fs.rm(path.join(this.root, file));
  }

  async synth(): Promise<void> {
    await run('npm', ['run', '--silent', 'synth'], this.root);
  }

  /** Commits all and pushes; returns the commit. */
  async push(message: string): Promise<string> {
    await run('git', ['add', '--all', '--', ':!node_modules'], this.root);
    await run('git', ['commit', '--quiet', `--message=${message}`], this.root);
    await run('git', ['push', '--quiet', 'sandbox', 'HEAD:main'], this.root);
    return run('git', ['rev-parse', 'HEAD'], this.root);
  }

  /** Makes the files as they were in the beginning. */
  async undo(): Promise<void> {
    await run('git', ['restore', `--source=${this.base}`, '--staged', '--worktree', '--', '.'], this.root);
  }

  /** Makes everything as it was in the beginning, by one more commit, and waits until both environments are so. */
  async restore(): Promise<void> {
    await this.undo();
    const changed = await run('git', ['status', '--porcelain', '--untracked-files=no'], this.root);
    const commit = changed === '' ? await run('git', ['rev-parse', 'HEAD'], this.root) : await this.push('Restore');
    await Promise.all(['dev', 'prod'].map((environment) => ready(environment, commit)));
  }
}

/** What Argo CD says about an environment. */
export interface Application {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: {
      readonly phase: string;
      readonly message?: string;
      readonly syncResult?: {
        readonly revision?: string;
        readonly resources?: readonly { readonly kind: string; readonly name: string; readonly message?: string }[];
      };
    };
  };
}

/** An environment's Application; undefined when there is none. */
export async function application(environment: string): Promise<Application | undefined> {
  const args = ['get', 'application', `sanders-${environment}`, `--namespace=${argocdNamespace}`];
  const found = await kubectl().run([...args, '--ignore-not-found', '--output=json']);
  return found === '' ? undefined : (JSON.parse(found) as Application);
}

/** Everything that Argo CD says is wrong with an environment, one text. */
export function complaints({ status = {} }: Application): string {
  const { conditions = [], operationState } = status;
  const resources = operationState?.syncResult?.resources ?? [];
  return [
    ...conditions.map(({ message }) => message),
    operationState?.message ?? '',
    ...resources.map(({ kind, name, message }) => `${kind} ${name}: ${message}`),
  ].join('\n');
}

/** Waits until an environment is synced to a commit, and every object of it is Ready. */
export async function ready(environment: string, commit: string): Promise<void> {
  await eventually(async () => {
    const { sync, health, operationState } = (await application(environment))?.status ?? {};
    expect({ sync: sync?.status, revision: sync?.revision, health: health?.status }).toEqual({
      sync: 'Synced',
      revision: commit,
      health: 'Healthy',
    });
    expect(operationState?.phase).toBe('Succeeded');
  });
}

/**
 * Waits for what the official ec2 controller does only at the first resync after it made something: it strips the default
 * security group of a new VPC, and gives a new security group its own tags back.
 */
export async function settled(): Promise<void> {
  await eventually(async () => {
    for (const [name, group] of Object.entries<any>(await readState())) {
      if (name.startsWith('ec2 security-group default of'))
        expect([name, group.IpPermissions, group.IpPermissionsEgress]).toEqual([name, [], []]);
      else if (name.startsWith('ec2 security-group'))
        expect([name, Object.keys(group.Tags)]).toEqual([
          name,
          expect.arrayContaining(['services.k8s.aws/controller-version', 'services.k8s.aws/namespace']),
        ]);
    }
  });
}

/** Repeats assertions until they hold; after the time (seconds) throws what was wrong the last time. */
export async function eventually(assertions: () => Promise<void>, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await assertions();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await setTimeout(1000);
  }
}

/** An object in the environment's namespace, or a part of it: kubectl's JSONPath. */
export async function get(environment: string, kind: string, name: string, jsonPath: string): Promise<string> {
  return kubectl().run(['get', kind, name, `--namespace=sanders-${environment}`, `--output=jsonpath=${jsonPath}`]);
}
