import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gitEnvironment } from '../../../sandbox/gitops/git';
import { temporaryFolder } from '../process/fakes';

/** A clone of a bare repository, whose first commit has one environment and is pushed. */
export class Clone {
  private constructor(
    readonly root: string,
    readonly kubectl: string,
  ) {}

  static make(bare = path.join(temporaryFolder(), 'platform.git')): Clone {
    const folder = temporaryFolder();
    const clone = new Clone(path.join(folder, "user's clone"), path.join(folder, 'kubectl'));
    fs.mkdirSync(clone.root);
    clone.git('init', '--quiet', '--bare', '--initial-branch=main', bare);
    clone.git('init', '--quiet', '--initial-branch=main');
    clone.git('remote', 'add', 'sandbox', bare);
    clone.push({ 'dist/dev/namespace.k8s.yaml': namespace('eu-central-1'), 'charts/a.ts': '', 'README.md': '' });
    return clone;
  }

  /** What kubectl does with its arguments: a shell's words. */
  kubectlDoes(script: string): void {
    fs.writeFileSync(this.kubectl, `#!/bin/sh\necho "$*" >> '${this.kubectl}.calls'\n${script}\n`, { mode: 0o700 });
  }

  get kubectlCalls(): string {
    return fs.existsSync(`${this.kubectl}.calls`) ? fs.readFileSync(`${this.kubectl}.calls`, 'utf8') : '';
  }

  /** Commits files and pushes; returns what the push says. */
  push(files: Record<string, string>, to = 'main'): { code: number | null; says: string } {
    for (const [file, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
      fs.writeFileSync(path.join(this.root, file), content);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message=Change');
    const { status, stderr } = this.run(['push', 'sandbox', `HEAD:${to}`]);
    // What a hook writes; git fills its lines up with blanks.
    const lines = stderr.split('\n').flatMap((line) => /^remote: (.*?) *$/.exec(line)?.[1] ?? []);
    return { code: status, says: lines.join('\n') };
  }

  private git(...args: string[]): void {
    const { status, stderr } = this.run(args);
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }

  private run(args: readonly string[]): ReturnType<typeof spawnSync> & { stderr: string } {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgSign=false'];
    return spawnSync('git', [...identity, ...args], { cwd: this.root, env: gitEnvironment(), encoding: 'utf8' });
  }
}

/** An environment's namespace, which says where it is. */
export const namespace = (region: string, account = '120569615884') => `kind: Namespace
metadata:
  annotations:
    services.k8s.aws/default-region: ${region}
    services.k8s.aws/owner-account-id: "${account}"
`;
