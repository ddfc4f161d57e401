import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { toolsFolder } from '../../sandbox/commands/tools';
import { argocdNamespace } from '../../sandbox/parts/argocd';
import { repository } from '../../sandbox/gitops/remote';
import { checkout } from '../../sandbox/state/folder';
import { callsSince, isWrite, lastCall, readNetwork, readState } from './aws';
import { folder, kubectl, run } from './sandbox';
import { changes, type State } from './state';

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
    return this.pushHead();
  }

  /** Takes the last commit back by one more; returns that. */
  async revert(): Promise<string> {
    await run('git', ['revert', '--no-edit', 'HEAD'], this.root);
    return this.pushHead();
  }

  private async pushHead(): Promise<string> {
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

/**
 * Notes how the Applications are, each time that one changes, until it is asked to end: `name sync health`. Without asking again and
 * again, it misses nothing and costs nothing.
 */
export function watchApplications(): { readonly end: () => Promise<string[]> } {
  const columns = '{.metadata.name} {.status.sync.status} {.status.health.status}{"\\n"}';
  const args = ['get', 'applications', `--namespace=${argocdNamespace}`, '--watch', `--output=jsonpath=${columns}`];
  const watch = spawn(path.join(toolsFolder(folder), 'kubectl'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(watch.stdout), text(watch.stderr)]);
  return {
    async end() {
      const wasThere = watch.kill();
      const [stdout, stderr] = await said;
      if (!wasThere) throw new Error(`the watch ended by itself: ${stderr}`);
      return stdout.trimEnd().split('\n');
    },
  };
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

/** Waits until an environment is synced to a commit, and every object of it is Ready; for so many seconds at most. */
export async function ready(environment: string, commit: string, seconds = 120): Promise<void> {
  await eventually(async () => {
    const { sync, health, operationState } = (await application(environment))?.status ?? {};
    expect({ sync: sync?.status, revision: sync?.revision, health: health?.status }).toEqual({
      sync: 'Synced',
      revision: commit,
      health: 'Healthy',
    });
    expect(operationState?.phase).toBe('Succeeded');
  }, seconds);
}

/** Confirms whatever waits for a person before it is deleted from an environment, as docs/installation.md says. */
export async function confirmDeletion(environment: string): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const annotate = [
    'annotate',
    'application',
    `sanders-${environment}`,
    `--namespace=${argocdNamespace}`,
    '--overwrite',
  ];
  await kubectl().run([...annotate, `argocd.argoproj.io/deletion-approved=${now}`]);
}

/**
 * Waits for what the official ec2 controller does only at the first resync after it made something: it strips the default
 * security group of a new VPC, and gives a new security group its own tags back.
 */
export async function settled(): Promise<void> {
  await eventually(async () => {
    for (const [name, group] of Object.entries<any>(await readNetwork())) {
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
  await repeat(assertions, () => setTimeout(500), seconds);
}

/** Waits until what differs in AWS is exactly this; after the time (seconds) throws what else it was the last time. */
export async function reaches(before: State, differs: Record<string, string>, seconds = 120): Promise<void> {
  // All of AWS's state is some hundred calls: only a call that changes something is a reason to look again.
  let seen = 0;
  const compare = async () => {
    seen = await lastCall();
    expect(changes(before, await readState())).toEqual(differs);
  };
  await repeat(compare, () => nextWrite(seen), seconds);
}

/**
 * Waits for a call that may change something, and for the end of a burst of such calls, but not for long: AWS also goes on by
 * itself, as from CREATING to VALID.
 */
async function nextWrite(since: number): Promise<void> {
  const deadline = Date.now() + 3000;
  let seen = 0;
  while (Date.now() < deadline) {
    const writes = (await callsSince(since)).filter(isWrite).length;
    if (writes > 0 && writes === seen) return;
    seen = writes;
    await setTimeout(200);
  }
}

async function repeat(assertions: () => Promise<void>, pause: () => Promise<void>, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await assertions();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause();
  }
}

/** An object in the environment's namespace, or a part of it: kubectl's JSONPath. */
export async function get(environment: string, kind: string, name: string, jsonPath: string): Promise<string> {
  return kubectl().run(['get', kind, name, `--namespace=sanders-${environment}`, `--output=jsonpath=${jsonPath}`]);
}
