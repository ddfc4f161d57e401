import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { StatusReport } from '../../sandbox/commands/status';
import { marker } from '../../sandbox/parts/context';
import { marked } from '../../sandbox/process/marked';
import { checkout, Folder } from '../../sandbox/state/folder';
import { isRunning } from '../../sandbox/process/running';
import { temporaryFolder, until } from './process/fakes';

// The real command with the real programs. Building them is not what is tested: `make test` has done that before.
jest.setTimeout(1_200_000);

interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = new Folder(`test-${process.pid}`);
const second = new Folder(`test-${process.pid}-second`);

function start(...args: string[]): ChildProcess {
  return startIn(folder, args);
}

function startIn({ name }: Folder, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const main = path.join(checkout, 'sandbox', 'main.ts');
  return spawn(process.execPath, ['-r', 'ts-node/register', main, ...args], {
    cwd: checkout,
    env: { ...process.env, ...env, SANDBOX: name },
  });
}

async function sandbox(...args: string[]): Promise<Done> {
  return finished(start(...args));
}

async function finished(child: ChildProcess): Promise<Done> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs a sandbox command that must succeed. */
async function succeed(...args: string[]): Promise<Done> {
  const done = await sandbox(...args);
  if (done.code !== 0) throw new Error(`${args.join(' ')}: exit code ${done.code}\n${done.stderr}`);
  return done;
}

async function status(): Promise<StatusReport> {
  return JSON.parse((await succeed('status', '--json')).stdout) as StatusReport;
}

async function part(name: string): Promise<StatusReport['parts'][number]> {
  const found = (await status()).parts.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no part ${name}`);
  return found;
}

/** Runs a shell command as somebody who has said `eval "$(make -s env)"`. */
async function shell(command: string): Promise<string> {
  const { stdout: environment } = await succeed('env');
  const child = spawn('sh', ['-c', `${environment}\n${command}`], {
    env: { PATH: process.env['PATH'], HOME: os.homedir() },
  });
  const { code, stdout, stderr } = await finished(child);
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${stderr}`);
  return stdout.trim();
}

const running = () => marked(marker, folder.root);

afterAll(async () => {
  await succeed('reset');
  await finished(startIn(second, ['reset']));
});

describe('a sandbox', () => {
  test('comes up, and all of it is ready', async () => {
    const { stdout } = await succeed('up', '--no-wait');
    expect(stdout).toBe('');
    const { phase, parts } = await status();
    expect(phase).toBe('up');
    expect(parts.filter(({ state }) => state !== 'ready')).toEqual([]);
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'etcd',
        'kube-apiserver',
        'argocd-application-controller',
        'ack-ec2',
        'aws',
        'supervisor',
      ]),
    );
  });

  test('listens on loopback only', async () => {
    if (process.platform !== 'linux') return;
    const pids = await running();
    const listening = (await Promise.all(['tcp', 'tcp6'].map((table) => listeners(table, pids)))).flat();
    expect(listening.length).toBeGreaterThan(10);
    expect(listening.filter((address) => !loopback.includes(address))).toEqual([]);
  });

  test('keeps its secrets to the user', () => {
    const below = ['pki', 'secrets', 'kubeconfig'].flatMap((name) =>
      fs.readdirSync(folder.path(name)).map((file) => folder.path(name, file)),
    );
    const files = [...below, folder.path('ports.json'), folder.path('status.json'), folder.log('supervisor')];
    expect(files.length).toBeGreaterThan(20);
    const open = files.filter((file) => (fs.statSync(file).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(fs.statSync(folder.root).mode & 0o077).toBe(0);
  });

  test('is what kubectl, argocd and AWS clients are pointed at', async () => {
    expect(await shell('kubectl create namespace kept --output=name')).toBe('namespace/kept');
    expect(await shell('argocd version --short --client')).toContain('argocd: v3.');
    expect(await shell('argocd account get-user-info --output json')).toContain('"username": "admin"');
    expect(await shell('echo "$AWS_ENDPOINT_URL"')).toBe(`http://127.0.0.1:${(await part('aws')).port ?? 0}`);
  });

  test('starts a part again that was killed', async () => {
    const { pid = 0 } = await part('redis');
    process.kill(pid, 'SIGKILL');
    const log = () => fs.readFileSync(folder.log('supervisor'), 'utf8');
    await until('redis is back', () => /"kind":"ready"[^\n]*"restarts":1,"part":"redis"/.test(log()));
    const back = await part('redis');
    expect(back).toMatchObject({ state: 'ready', restarts: 1 });
    expect(back.pid).not.toBe(pid);
  });

  test('starts the ACK controllers anew when AWS is back', async () => {
    const before = await part('ack-s3');
    process.kill((await part('aws')).pid ?? 0, 'SIGKILL');
    const log = () => fs.readFileSync(folder.log('supervisor'), 'utf8');
    await until('ack-s3 is back', () => /"kind":"ready"[^\n]*"restarts":1,"part":"ack-s3"/.test(log()));
    expect((await part('ack-s3')).pid).not.toBe(before.pid);
    expect(await part('controller')).toMatchObject({ state: 'ready' });
  });

  test('does not mind another one beside it, nor that one it', async () => {
    const before = await status();
    const up = await finished(startIn(second, ['up', '--no-wait']));
    expect([up.code, up.stderr]).toEqual([0, expect.stringContaining('argocd-server ready')]);
    const report = await finished(startIn(second, ['status', '--json']));
    const { parts } = JSON.parse(report.stdout) as StatusReport;
    expect(parts.map(({ name, state }) => [name, state])).toEqual(before.parts.map(({ name }) => [name, 'ready']));
    const ports = (of: StatusReport['parts']) => of.flatMap(({ port }) => port ?? []);
    expect(ports(parts).filter((port) => ports(before.parts).includes(port))).toEqual([]);

    const { stdout: environment } = await finished(startIn(second, ['env']));
    const list = await finished(spawn('sh', ['-c', `${environment}\nkubectl get namespaces --output=name`]));
    expect(list.stdout).toContain('namespace/argocd');
    expect(list.stdout).not.toContain('namespace/kept');

    expect((await finished(startIn(second, ['reset']))).code).toBe(0);
    expect(await marked(marker, second.root)).toEqual([]);
    const pids = (of: StatusReport) => of.parts.map(({ name, pid }) => [name, pid]);
    expect(pids(await status())).toEqual(pids(before));
  });

  test('shows the log of each part', async () => {
    expect((await succeed('logs', 'etcd')).stdout).toContain('ready to serve client requests');
    const { code, stderr } = await sandbox('logs', 'nonsense');
    expect(code).toBe(2);
    expect(stderr).toContain('kube-apiserver');
  });

  test('leaves nothing running when its supervisor was killed and it is taken down', async () => {
    const { pid = 0 } = await part('supervisor');
    process.kill(pid, 'SIGKILL');
    expect((await status()).phase).toBe('orphaned');
    await succeed('down');
    expect(await running()).toEqual([]);
    expect((await status()).phase).toBe('down');
  });

  test('comes back with what it had', async () => {
    const ports = fs.readFileSync(folder.path('ports.json'), 'utf8');
    await succeed('up', '--no-wait');
    expect(fs.readFileSync(folder.path('ports.json'), 'utf8')).toBe(ports);
    expect(await shell('kubectl get namespace kept --output=name')).toBe('namespace/kept');
    expect((await succeed('up', '--no-wait')).stderr).toContain('runs already');
  });

  test('leaves nothing running after down', async () => {
    await succeed('down');
    expect(await running()).toEqual([]);
    const { code, stderr } = await sandbox('env');
    expect(code).toBe(1);
    expect(stderr).toContain('make up');
  });
});

describe('up', () => {
  test('that fails halfway says which part, and leaves nothing running', async () => {
    const { code, stderr } = await sandbox('up', '--no-wait', '--controller', 's3=/bin/false');
    expect(code).toBe(1);
    expect(stderr).toMatch(/ack-s3: ended before it was ready \(exit code 1/);
    expect(stderr).toContain(folder.log('ack-s3'));
    expect(await running()).toEqual([]);
  });

  test('that still builds is ended by down', async () => {
    const scratch = temporaryFolder();
    const go = path.join(scratch, 'go');
    fs.writeFileSync(go, `#!/bin/sh\necho $$ >${scratch}/pid\nexec sleep 600\n`, { mode: 0o700 });
    const child = startIn(folder, ['up', '--no-wait'], { PATH: `${scratch}:${process.env['PATH'] ?? ''}` });
    const up = finished(child);
    await until('it builds', () => fs.existsSync(path.join(scratch, 'pid')));
    const compiler = Number(fs.readFileSync(path.join(scratch, 'pid'), 'utf8'));
    await succeed('down');
    expect(isRunning(compiler)).toBe(false);
    const { code, stderr } = await up;
    expect(code).toBe(130);
    expect(stderr).toContain('goes on where it stopped');
  });

  test('on a full disk says so, and what to do', async () => {
    if (process.platform !== 'linux') return;
    // Whatever is written there, Linux answers as a full disk does.
    const hooks = second.path('platform.git', 'hooks');
    fs.mkdirSync(hooks, { recursive: true });
    fs.symlinkSync('/dev/full', path.join(hooks, 'post-receive'));
    const { code, stderr } = await finished(startIn(second, ['up', '--no-wait']));
    expect(code).toBe(1);
    expect(stderr).toMatch(/no space left on device[^]*free some space/);
    expect(await marked(marker, second.root)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)('that is ended by %s halfway leaves nothing running', async (signal) => {
    const child = start('up', '--no-wait');
    const done = finished(child);
    let seen = '';
    child.stderr?.on('data', (data: Buffer) => (seen += data.toString()));
    await until('etcd is up', () => seen.includes('etcd ready'), 600_000);
    child.kill(signal);
    const { code } = await done;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    // Nobody waits for the supervisor after SIGKILL.
    const deadline = Date.now() + 120_000;
    while ((await running()).length > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await running()).toEqual([]);
  });
});

test.each([
  [['nonsense'], /nonsense: no such command/],
  [[], /which command/],
  [['up', '--nonsense'], /--nonsense/],
  [['up', '--controller', 'sqs=/x'], /sqs/],
])('refuses the arguments %j', async (args, says) => {
  const { code, stderr } = await sandbox(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});

test('reset removes the state and the git remote', async () => {
  await succeed('reset');
  expect(fs.existsSync(folder.root)).toBe(false);
  const remotes = await finished(execFile('git', ['-C', checkout, 'remote']));
  expect(remotes.stdout.split('\n')).not.toContain(`sandbox-${folder.name}`);
});

/** 127.0.0.1, ::1 and ::ffff:127.0.0.1 as Linux writes them. */
const loopback = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'];

/** The addresses that processes listen on, as Linux writes them in /proc/net. */
async function listeners(table: string, pids: readonly number[]): Promise<string[]> {
  const sockets = new Set(
    pids.flatMap((pid) => {
      const links = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
      return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
    }),
  );
  const lines = (await fs.promises.readFile(`/proc/net/${table}`, 'utf8')).trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === '0A' && sockets.has(inode) ? [local.split(':')[0] ?? ''] : [];
  });
}
