/** The commands that people type, `make synth` and `cdk8s synth`, in copies of this repository, with the real CLI. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environments } from '../environments';
import { environmentFile, indexFile } from './environment-file';
import { cdkStack } from './fixtures';

const root = join(__dirname, '..');

/** The names of the live environments, as folders list them. */
const live = environments.map(({ name }) => name).sort();
const [first = ''] = live;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `make synth` runs: the script `synth` of package.json. */
function makeSynth(folder: string): Promise<Outcome> {
  return outcomeOf('npm', ['run', '--silent', 'synth'], folder);
}

/** `cdk8s synth` with these arguments. */
function synth(folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const cdk8s = join('node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
  return outcomeOf(process.execPath, [cdk8s, 'synth', '--check-upgrade=false', ...args], folder, env);
}

function outcomeOf(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Everything below a folder: path → content. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]),
  );
}

describe('synthesis', () => {
  let scratch: string;
  beforeAll(() => (scratch = mkdtempSync(join(tmpdir(), 'synth-'))));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  /** A copy of what synthesis needs. */
  function copy(name: string): string {
    const folder = join(scratch, name);
    mkdirSync(folder);
    for (const part of [
      'main.ts',
      'package.json',
      'cdk8s.yaml',
      'tsconfig.json',
      'charts',
      'environments',
      'imports',
      'synthesis',
      'dist',
      'argocd',
      'docs',
    ]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    return folder;
  }

  test('makes what is committed, to the byte, in another folder, time zone, language and home', async () => {
    const folder = copy('deterministic');
    rmSync(join(folder, 'dist'), { recursive: true });
    const outcome = await synth(folder, [], {
      TZ: 'Asia/Tokyo',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'de_DE.UTF-8',
      HOME: scratch,
      USER: 'nobody',
      CDK8S_DISABLE_SORT: '1',
    });
    expect(outcome).toMatchObject({ code: 0, stderr: `dist/: ${8 * live.length} files changed, 0 removed\n` });
    expect(contentOf(join(folder, 'dist'))).toEqual(contentOf(join(root, 'dist')));
  });

  test('makes the same without the CLI, and says when nothing changed', async () => {
    const folder = copy('direct');
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(await makeSynth(folder)).toEqual({
      code: 0,
      stdout: '',
      stderr: `dist/: ${8 * live.length} files changed, 0 removed\n`,
    });
    expect(contentOf(join(folder, 'dist'))).toEqual(contentOf(join(root, 'dist')));
    expect(await makeSynth(folder)).toEqual({ code: 0, stdout: '', stderr: 'dist/: nothing changed\n' });
  });

  test('lists what it made, and removes what is stale', async () => {
    const folder = copy('stale');
    writeFileSync(join(folder, 'dist', first, 'old.k8s.yaml'), 'x');
    mkdirSync(join(folder, 'dist', 'gone'));
    writeFileSync(join(folder, 'dist', 'gone', 'network.k8s.yaml'), 'x');
    const { code, stdout } = await synth(folder);
    expect(code).toBe(0);
    expect(stdout).toContain(`${first}/network.k8s.yaml`);
    expect(stdout).not.toContain('old.k8s.yaml');
    expect(readdirSync(join(folder, 'dist'))).toEqual(live);
    expect(existsSync(join(folder, 'dist', first, 'old.k8s.yaml'))).toBe(false);
  });

  const unchanged = 'dist/ is unchanged.\n';
  const cliFailed = /^ERROR: synthesis failed, app expected to create ".+"\n$/;
  test.each<[string, (folder: string) => Promise<Outcome>, RegExp]>([
    ['make synth', makeSynth, new RegExp(`^${unchanged}$`)],
    ['cdk8s synth', synth, new RegExp(`^${unchanged}${cliFailed.source.slice(1)}`)],
    ['cdk8s synth --stdout', (folder) => synth(folder, ['--stdout']), cliFailed],
    ['cdk8s synth --output', (folder) => synth(folder, ['--output', 'other']), cliFailed],
  ])('%s reports the mistakes of an environment, exits 1 and leaves dist/ untouched', async (name, command, end) => {
    const folder = copy(`mistake of ${name}`);
    writeFileSync(
      join(folder, 'environments', 'dev.ts'),
      environmentFile(cdkStack('dev'))
        .replace('memoryMiB: 8192', 'memoryMiB: 20000')
        .replace(/account: '\d+'/, "account: '12'"),
    );
    const before = contentOf(join(folder, 'dist'));
    const { code, stdout, stderr } = await command(folder);
    expect(code).toBe(1);
    expect(stdout).not.toContain('kind:');
    const report = [
      '2 mistakes in environments/:',
      '  environments/dev: account: an AWS account id: 12 digits, in quotes, got "12"',
      '  environments/dev: batch.jobs[1]: 2 vCPU allows 4096–16384 MiB in steps of 1024, got 20000\n',
    ].join('\n');
    expect(stderr.slice(0, report.length)).toBe(report);
    // And nothing else but these lines: no stack, above all.
    expect(stderr.slice(report.length)).toMatch(end);
    expect(contentOf(join(folder, 'dist'))).toEqual(before);
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  test('reports a chart that breaks a rule, exits 1 and leaves dist/ untouched', async () => {
    const folder = copy('violation');
    const storage = join(folder, 'charts', 'storage.ts');
    writeFileSync(storage, readFileSync(storage, 'utf8').replace('scanOnPush: true', 'scanOnPush: false'));
    const before = contentOf(join(folder, 'dist'));
    const { code, stderr } = await synth(folder);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Repository/sanders-customer-platform-dev: spec.imageScanningConfiguration.scanOnPush: images must be scanned',
    );
    expect(stderr).toContain('fix: set it to true in charts/storage.ts');
    expect(contentOf(join(folder, 'dist'))).toEqual(before);
  });

  test.each<[string, (folder: string) => Promise<Outcome>]>([
    ['make synth', makeSynth],
    ['cdk8s synth', synth],
    ['cdk8s synth --stdout', (folder) => synth(folder, ['--stdout'])],
  ])('%s shows a stack when it fails for a reason of its own', async (name, command) => {
    const folder = copy(`bug of ${name}`);
    writeFileSync(join(folder, 'synthesis', 'publish.ts'), "export function publish() { throw new Error('boom'); }");
    const { code, stderr } = await command(folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: boom\n\s+at /);
    expect(stderr).not.toContain('cdk8s-cli');
  });

  test('does not succeed when the app cannot even be loaded', async () => {
    const folder = copy('unloadable');
    writeFileSync(join(folder, 'charts', 'storage.ts'), 'this is no TypeScript');
    expect((await synth(folder, ['--stdout'])).code).toBe(1);
  });

  test('writes elsewhere when asked to, and leaves dist/ alone', async () => {
    const folder = copy('elsewhere');
    rmSync(join(folder, 'dist'), { recursive: true });
    expect((await synth(folder, ['--output', 'other'])).code).toBe(0);
    expect(readdirSync(join(folder, 'other'))).toEqual(live);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
    const { stdout } = await synth(folder, ['--stdout']);
    expect(stdout).toContain('kind: ComputeEnvironment');
  });

  test('becomes one file and one line for a third environment', async () => {
    const folder = copy('third');
    const folderOf = join(folder, 'environments');
    writeFileSync(join(folderOf, 'third.ts'), environmentFile({ ...cdkStack('dev'), name: 'third' }));
    writeFileSync(join(folderOf, 'index.ts'), indexFile([...live, 'third']));
    expect((await synth(folder)).code).toBe(0);
    expect(readdirSync(join(folder, 'dist'))).toEqual([...live, 'third'].sort());
  });
});
