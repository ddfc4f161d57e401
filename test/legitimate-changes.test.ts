/**
 * What a person may change in environments/ breaks no test: the README's change, a new budget, a job and a step more, another
 * region, a third environment. All of them together, in a copy, in which the checks and tests that a person would run pass:
 * those that take seconds. test/main.test.ts and this one run no copies of themselves. `make test` runs a third of the tests,
 * another one each day; `make test-long` runs all.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { environments } from '../environments';
import { parseEnvironments, type Environment } from '../environments/schema';
import { environmentFile, indexFile } from './environment-file';
import { long, seed } from './sample';

const root = join(__dirname, '..');
const minutes = 60_000;

/** What synthesis, its checks and its tests read. */
const parts = [
  ...[
    'main.ts',
    'cdk8s.yaml',
    'package.json',
    'tsconfig.json',
    'jest.config.js',
    '.prettierrc.json',
    '.prettierignore',
  ],
  ...['environments', 'charts', 'synthesis', 'imports', 'dist', 'argocd', 'docs', 'controllers', 'test'],
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'changes-'));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  // Their tests are others; what the tests here import of them does not depend on the environments.
  for (const part of ['node_modules', 'sandbox', 'bench']) symlinkSync(join(root, part), join(folder, part));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of node_modules in the copy; rejects with what it said when it fails. */
async function run(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, JEST_WORKER_ID: undefined };
  try {
    const { stdout, stderr } = await promisify(execFile)(join('node_modules', '.bin', program), args, {
      cwd: folder,
      env,
      maxBuffer: 64 << 20,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** An environment with more memory for its largest job, another budget, and a job and a step more. */
function changed(env: Environment): Environment {
  const { batch, orchestration, budget } = env;
  const [largest] = [...batch.jobs].sort((a, b) => b.vcpu - a.vcpu);
  const jobs = batch.jobs.map((job) => (job === largest ? { ...job, memoryMiB: job.memoryMiB - 1024 } : job));
  return {
    ...env,
    batch: { ...batch, jobs: [...jobs, { name: 'tiny', vcpu: 0.25, memoryMiB: 512 }] },
    orchestration: {
      ...orchestration,
      stages: [...orchestration.stages, [{ name: 'report', job: 'tiny', timeoutMinutes: 15 }]],
    },
    budget: { ...budget, limitUSD: budget.limitUSD + 50 },
  };
}

function write(env: Environment): void {
  writeFileSync(join(folder, 'environments', `${env.name}.ts`), environmentFile(env));
}

test(
  'a larger job, a new budget, a fourth job, a third environment in another region',
  async () => {
    const [first, ...others] = parseEnvironments(environments);
    if (first === undefined) throw new Error('there is no environment');
    write(changed(first));
    write({
      ...changed(first),
      name: 'third',
      region: 'us-east-1',
      network: { ...first.network, availabilityZones: ['us-east-1a', 'us-east-1b'] },
    });
    const names = [first, ...others].map(({ name }) => name);
    writeFileSync(join(folder, 'environments', 'index.ts'), indexFile([...names, 'third']));

    await run('cdk8s', 'synth', '--check-upgrade=false');
    await run('prettier', '--check', 'environments');
    // The types of what has changed; those of all else are as they were, but for what uses it.
    const types = long ? { extends: './tsconfig.json' } : { extends: './tsconfig.json', include: ['environments'] };
    writeFileSync(join(folder, 'tsconfig.changes.json'), JSON.stringify(types));
    await run('tsc', '--project', 'tsconfig.changes.json');
    const folders = ['charts', 'environments', 'synthesis', 'argocd'].map((name) => join('test', name, ''));
    const shard = long ? '1/1' : `${(seed % 3) + 1}/3`;
    const said = await run('jest', '--ci', '--silent', `--shard=${shard}`, ...folders);
    expect(said).toMatch(/Tests: +\d{2,} passed/);
  },
  15 * minutes,
);
