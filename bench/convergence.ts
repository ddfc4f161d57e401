/**
 * How long the platform takes from a push to AWS, and with how many calls: `npm run bench:convergence`, or with `-- --json`.
 *
 * In a sandbox of its own: the environment dev from nothing to all Ready, one change, no change, and gone again. If the machine
 * has Terraform 1.11, bench/terraform then applies the same resources to the same emulator in the same run; read the ratios.
 * Its AWS provider is taken as any `terraform init` takes it (TF_CLI_ARGS_init and TF_CLI_CONFIG_FILE work).
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { StatusReport } from '../sandbox/commands/status';
import { repository } from '../sandbox/gitops/remote';
import { checkout } from '../sandbox/state/folder';
import { aws, type Call } from '../test/e2e/aws';
import { application, type Application } from '../test/e2e/platform';
import { folder, run, sandbox, useEnvironment } from '../test/e2e/sandbox';

const environment = 'dev';
const bucket = `sanders-customer-platform-${environment}`;
const changedDays = 7;
const limitMs = 600_000;

const phases = ['from nothing to all Ready', 'one change', 'no change', 'destroy'] as const;
type Phase = (typeof phases)[number];

interface Measured {
  readonly seconds: number;
  /** Calls to AWS's API. */
  readonly calls: number;
}

type Measurements = Record<Phase, Measured>;

interface Result {
  readonly platform: Measurements;
  /** Or why there are none. */
  readonly terraform: Measurements | string;
  /** Resident memory of the whole sandbox in MiB, with dev Ready. */
  readonly sandboxMiB: number;
  /** Load of the machine over the last minute, at the start and at the end. */
  readonly load: readonly [number, number];
}

async function main(): Promise<void> {
  const interrupt = () => {
    void sandbox('reset').finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  try {
    const result = await measure();
    console.log(process.argv.includes('--json') ? JSON.stringify(result, undefined, 2) : report(result));
  } finally {
    await sandbox('reset');
  }
}

async function measure(): Promise<Result> {
  await sandbox('reset');
  const git = await Repository.make();
  await sandbox('up');
  await useEnvironment();
  const atStart = os.loadavg()[0] ?? 0;
  const manifests = path.join(git.root, 'dist', environment);

  const create = await measured(async () => {
    await fs.cp(path.join(checkout, 'dist', environment), manifests, { recursive: true });
    await synced(await git.push('Add dev'));
  });
  const sandboxMiB = await memory();
  const change = await measured(async () => {
    const file = path.join(manifests, 'storage.k8s.yaml');
    const content = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, content.replace('noncurrentDays: 30', `noncurrentDays: ${changedDays}`));
    const commit = await git.push('Keep old versions for a week');
    await until('the bucket has its new rule', async () => (await noncurrentDays()) === changedDays);
    await synced(commit);
  });
  const nothing = await measured(async () => {
    await fs.writeFile(path.join(git.root, 'NOTES'), 'No manifest.\n');
    await synced(await git.push('Change nothing'));
  });
  const destroy = await measured(async () => {
    await fs.rm(manifests, { recursive: true });
    await git.push('Remove dev');
    await until('the Application is gone', async () => (await application(environment)) === undefined);
  });
  const platform = byPhase([create, change, nothing, destroy]);
  const terraform = await measureTerraform();
  return { platform, terraform, sandboxMiB, load: [atStart, os.loadavg()[0] ?? 0] };
}

/** The repository of a sandbox that is not up yet, without any environment, and a clone of it. */
class Repository {
  private constructor(readonly root: string) {}

  static async make(): Promise<Repository> {
    await folder.create();
    const root = folder.path('clone');
    const bare = repository(folder);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare], folder.root);
    await run('git', ['clone', '--quiet', bare, root], folder.root);
    const made = new Repository(root);
    await fs.mkdir(path.join(root, 'dist'));
    await fs.writeFile(path.join(root, 'dist', '.gitkeep'), '');
    await made.push('No environment');
    return made;
  }

  /** Commits all and pushes; returns the commit. */
  async push(message: string): Promise<string> {
    const author = ['-c', 'user.name=Benchmark', '-c', 'user.email=benchmark@localhost', '-c', 'commit.gpgSign=false'];
    await run('git', ['add', '--all'], this.root);
    await run('git', [...author, 'commit', '--quiet', `--message=${message}`], this.root);
    await run('git', ['push', '--quiet', 'origin', 'HEAD:main'], this.root);
    return run('git', ['rev-parse', 'HEAD'], this.root);
  }
}

async function synced(commit: string): Promise<void> {
  await until(`dev is Synced to ${commit} and Healthy`, async () => isReady(await application(environment), commit));
}

function isReady(found: Application | undefined, commit: string): boolean {
  const { sync, health, operationState } = found?.status ?? {};
  const atCommit = sync?.status === 'Synced' && sync.revision === commit;
  return atCommit && health?.status === 'Healthy' && operationState?.phase === 'Succeeded';
}

async function noncurrentDays(): Promise<number | undefined> {
  const { Rules = [] } = await aws.s3.getBucketLifecycleConfiguration({ Bucket: bucket });
  return Rules.find(({ ID }) => ID === 'expire-noncurrent-versions')?.NoncurrentVersionExpiration?.NoncurrentDays;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await setTimeout(200);
  }
}

async function measureTerraform(): Promise<Measurements | string> {
  const work = folder.path('terraform');
  await fs.cp(path.join(__dirname, 'terraform'), work, { recursive: true });
  const terraform = (...args: string[]) => run('terraform', [...args, '-no-color', '-input=false'], work);
  const apply = (...args: string[]) => measured(() => terraform('apply', '-auto-approve', ...args));
  try {
    await terraform('init');
  } catch (error) {
    return `not measured: ${(error as Error).message.trim()}`;
  }
  const changed = `-var=noncurrent_days=${changedDays}`;
  const create = await apply();
  const change = await apply(changed);
  const nothing = await apply(changed);
  const destroy = await measured(() => terraform('destroy', '-auto-approve'));
  return byPhase([create, change, nothing, destroy]);
}

function byPhase(measured: readonly [Measured, Measured, Measured, Measured]): Measurements {
  return Object.fromEntries(phases.map((phase, i) => [phase, measured[i]])) as Measurements;
}

/** Runs something and counts the calls to AWS that were made meanwhile, but those of this program. */
async function measured(something: () => Promise<unknown>): Promise<Measured> {
  const log = `${process.env['AWS_ENDPOINT_URL']}/sanders/calls`;
  await fetch(log, { method: 'DELETE' });
  const start = performance.now();
  await something();
  const seconds = (performance.now() - start) / 1000;
  const { calls } = (await (await fetch(log)).json()) as { calls: (Call & { user_agent: string })[] };
  return { seconds, calls: calls.filter(({ user_agent }) => !user_agent.startsWith('aws-sdk-js/')).length };
}

async function memory(): Promise<number> {
  const { parts } = JSON.parse(await sandbox('status', '--json')) as StatusReport;
  return Math.round(parts.reduce((sum, part) => sum + (part.memory ?? 0), 0) / 2 ** 20);
}

function report({ platform, terraform, sandboxMiB, load }: Result): string {
  const show = ({ seconds, calls }: Measured) => `${seconds.toFixed(1)} s, ${calls} calls`;
  const rows = phases.map((phase) => {
    const ours = platform[phase];
    if (typeof terraform === 'string') return [phase, show(ours)];
    const theirs = terraform[phase];
    return [phase, show(ours), show(theirs), `${(theirs.seconds / ours.seconds).toFixed(1)} ×`];
  });
  const head = typeof terraform === 'string' ? ['dev', 'platform'] : ['dev', 'platform', 'Terraform', 'faster by'];
  return [
    ...[head, ...rows].map((row) =>
      row
        .map((cell) => cell.padEnd(28))
        .join('')
        .trimEnd(),
    ),
    '',
    ...(typeof terraform === 'string' ? [`Terraform: ${terraform}`] : []),
    `sandbox with dev Ready: ${sandboxMiB} MiB`,
    `load: ${load.map((value) => value.toFixed(1)).join(' at the start, ')} at the end`,
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
