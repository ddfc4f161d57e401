/**
 * The command behind `make up` and its kin: `ts-node sandbox/main.ts` prints how it is used, docs/sandbox.md tells the rest.
 * Results go to standard output, everything else to standard error. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
 */
import { parseArgs } from 'node:util';
import { BuildFailure } from './builder/failure';
import { NotRunning, env } from './commands/env';
import { Interrupted } from './commands/interrupted';
import { NoSuchLog, logs } from './commands/logs';
import { NotReady, untilReady } from './commands/ready';
import { status, table } from './commands/status';
import { takeDown } from './commands/supervision';
import { adminKubectl } from './commands/tools';
import { NotUp, up } from './commands/up';
import { GitFailed, removeRemote } from './gitops/remote';
import { KubectlFailed } from './kube/kubectl';
import { BadSettings, readSettings, services } from './settings';
import { saysDiskFull, withDiskRemedy } from './state/disk';
import { BadName, Folder } from './state/folder';
import { openTerminal } from './terminal/terminal';

const usage = `Usage: ts-node sandbox/main.ts COMMAND
  up                            build what is missing, bring the sandbox up, and wait until every environment is Ready
    --controller SERVICE=PATH   run this controller for a service (${services.join(', ')}); repeatable
    --crds DIR                  use the CRDs in this folder in place of the sandbox's own; repeatable
    --no-wait                   return when every part runs
  down                          stop it; its state stays
  reset                         stop it and remove its state
  status [--json]               each part's state, uptime, memory and port
  logs PART [--follow]          a part's log
  env                           shell commands that point kubectl, aws and argocd at it
SANDBOX=name picks one of several (default: default).`;

class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const folder = new Folder(process.env['SANDBOX'] || 'default');
  const terminal = openTerminal();
  switch (name) {
    case 'up': {
      const list = { type: 'string', multiple: true, default: [] as string[] } as const;
      const options = { controller: list, crds: list, 'no-wait': { type: 'boolean', default: false } } as const;
      const { values } = parseArgs({ args: rest, options });
      const interrupt = interruption();
      await up(folder, await readSettings(folder, values), terminal, interrupt);
      if (!values['no-wait']) await untilReady(adminKubectl(folder), terminal, interrupt);
      terminal.line('To point kubectl, aws and argocd at it: eval "$(make -s env)"');
      return;
    }
    case 'down':
      parseArgs({ args: rest });
      await takeDown(folder);
      terminal.line(`sandbox ${folder.name} is down`);
      return;
    case 'reset':
      parseArgs({ args: rest });
      await takeDown(folder);
      await removeRemote(folder);
      await folder.remove();
      terminal.line(`sandbox ${folder.name} is down and its state removed`);
      return;
    case 'status': {
      const { values } = parseArgs({ args: rest, options: { json: { type: 'boolean', default: false } } });
      const report = await status(folder);
      print(values.json ? JSON.stringify(report, undefined, 2) : table(report));
      return;
    }
    case 'logs': {
      const options = { follow: { type: 'boolean', short: 'f', default: false } } as const;
      const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true });
      await logs(folder, positionals[0], values.follow, interruption());
      return;
    }
    case 'env':
      parseArgs({ args: rest });
      print(await env(folder));
      return;
    default:
      throw new UsageError(name === undefined ? 'which command?' : `${name}: no such command`);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      interrupt.abort();
    });
  return interrupt.signal;
}

/** Prints an error that a user can do something about, and picks the exit code; throws the others, which are faults of ours. */
function exitCode(error: unknown): number {
  if (!(error instanceof Error)) throw error;
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (error instanceof UsageError || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) {
    say(`${error.message}\n${usage}`);
    return 2;
  }
  const usageMistakes = [BadName, BadSettings, NoSuchLog];
  const failures = [BuildFailure, GitFailed, Interrupted, KubectlFailed, NotReady, NotRunning, NotUp];
  const isOne = (kinds: readonly (new (...args: never[]) => Error)[]) => kinds.some((kind) => error instanceof kind);
  if (!isOne([...usageMistakes, ...failures]) && !saysDiskFull(error.message)) throw error;
  say(error instanceof BuildFailure ? error.message : withDiskRemedy(error.message));
  if (isOne(usageMistakes)) return 2;
  return error instanceof Interrupted || (error instanceof BuildFailure && error.reason === 'interrupted') ? 130 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = exitCode(error);
});
