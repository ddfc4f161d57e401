import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Block, printsAsShown } from './document';

/** What became of a block. */
export interface Result {
  readonly block: Block;
  /** `not run`: one before it failed, or time was up. */
  readonly outcome: 'passed' | 'failed' | 'printed something else' | 'not run';
  readonly stdout: string;
  readonly stderr: string;
}

/** What a reader must know about a block that did not pass. */
export function explanation({ block, outcome, stdout, stderr }: Result): string {
  const shown = block.output === undefined ? [] : ['--- shown in the document', block.output];
  return [`${outcome}:`, block.code, ...shown, '--- printed', stdout, '--- standard error', stderr].join('\n');
}

/** Where a session runs. */
export interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds that all blocks together may take. */
  readonly timeout: number;
}

/**
 * Runs a document's blocks as its readers do, one after another in one shell, where variables and functions of one block are there in the
 * next. The first command that fails ends it.
 */
export async function run(blocks: readonly Block[], place: Place): Promise<Result[]> {
  const scratch = await fs.mkdtemp(path.join(os.tmpdir(), 'sanders-usage-'));
  try {
    const steps = blocks.map((block, i) => ({ block, file: path.join(scratch, String(i)) }));
    const lines = ['set -euo pipefail'];
    for (const { block, file } of steps) {
      await fs.writeFile(file, block.code);
      lines.push(`exec >"${file}.out" 2>"${file}.err"`, `${runners[block.language]} "${file}"`, `: >"${file}.passed"`);
    }
    const script = path.join(scratch, 'session');
    await fs.writeFile(script, lines.join('\n'));
    await finished(script, place);
    return await Promise.all(steps.map(({ block, file }) => resultOf(block, file)));
  } finally {
    await fs.rm(scratch, { recursive: true });
  }
}

const runners = { bash: 'source', python: 'python3' };

/** Waits for the shell's end, or ends it with all its children. Its exit code says no more than the files that it leaves. */
async function finished(script: string, { folder, env, timeout }: Place): Promise<void> {
  // A process group of its own, which the time-out ends as a whole.
  const shell = spawn('bash', [script], { cwd: folder, env, stdio: 'ignore', detached: true });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    }, timeout);
    shell.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    shell.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function resultOf(block: Block, file: string): Promise<Result> {
  const read = (suffix: string) => fs.readFile(file + suffix, 'utf8').catch(() => undefined);
  const [stdout, stderr, passed] = await Promise.all([read('.out'), read('.err'), read('.passed')]);
  return { block, outcome: outcome(), stdout: stdout ?? '', stderr: stderr ?? '' };

  function outcome(): Result['outcome'] {
    if (stdout === undefined) return 'not run';
    if (passed === undefined) return 'failed';
    return block.output === undefined || printsAsShown(stdout, block.output) ? 'passed' : 'printed something else';
  }
}
