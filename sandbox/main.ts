/** The command behind `make up` and its kin; docs/sandbox.md tells what each does. */
import { parseArgs } from 'node:util';
import { env } from './commands/env';
import { logs } from './commands/logs';
import { untilReady } from './commands/ready';
import { restart } from './commands/restart';
import { interruption, runCommand } from './commands/run';
import { status, table } from './commands/status';
import { takeDown } from './commands/supervision';
import { adminKubectl } from './commands/tools';
import { up } from './commands/up';
import { Expected } from './expected';
import { removeRemote } from './gitops/remote';
import { readSettings, services } from './settings';
import { Folder, defaultName } from './state/folder';
import { openTerminal } from './terminal/terminal';

const usage = `Usage: make COMMAND [ARGS='OPTION...'] [SANDBOX=name]
  up                            build what is missing, bring the sandbox up, and wait until every environment is Ready
    --controller SERVICE=PATH   run this controller for a service (${services.join(', ')}); repeatable
    --crds DIR                  use the CRDs in this folder in place of the sandbox's own; repeatable
    --no-wait                   return when every part runs
  down                          stop it; its state stays
  reset                         stop it and remove its state
  status [--json]               each part's state, uptime, memory and port
  logs P=PART [--follow]        a part's log
  restart P=PART                end a part, and wait until the supervisor has started it again
  env                           shell commands that point kubectl, aws and argocd at it: eval "$(make -s env)"
SANDBOX=name picks one of several (default: ${defaultName}). docs/sandbox.md tells the rest.`;

runCommand(usage, async ([name, ...args]) => {
  const folder = new Folder(process.env['SANDBOX'] || defaultName);
  const terminal = openTerminal();
  switch (name) {
    case 'up': {
      const list = { type: 'string', multiple: true, default: [] as string[] } as const;
      const options = { controller: list, crds: list, 'no-wait': { type: 'boolean', default: false } } as const;
      const { values } = parseArgs({ args, options });
      const interrupt = interruption();
      await up(folder, await readSettings(folder, values), terminal, interrupt);
      if (!values['no-wait']) await untilReady(folder, adminKubectl(folder), terminal, interrupt);
      terminal.line(`To point kubectl, aws and argocd at it: eval "$(${folder.make('-s env')})"`);
      return;
    }
    case 'down':
      parseArgs({ args });
      await takeDown(folder);
      terminal.line(`sandbox ${folder.name} is down`);
      return;
    case 'reset':
      parseArgs({ args });
      await takeDown(folder);
      await removeRemote(folder);
      await folder.remove();
      terminal.line(`sandbox ${folder.name} is down and its state removed`);
      return;
    case 'status': {
      const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
      const report = await status(folder);
      print(values.json ? JSON.stringify(report, undefined, 2) : table(folder, report));
      return;
    }
    case 'logs': {
      const options = { follow: { type: 'boolean', short: 'f', default: false } } as const;
      const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
      await logs(folder, positionals[0], values.follow, interruption());
      return;
    }
    case 'restart': {
      const { positionals } = parseArgs({ args, allowPositionals: true });
      await restart(folder, positionals[0]);
      terminal.line(`${positionals[0] ?? ''} is ready again`);
      return;
    }
    case 'env':
      parseArgs({ args });
      print(await env(folder));
      return;
    default:
      throw new Expected('usage', `${name === undefined ? 'which command?' : `${name}: no such command`}\n${usage}`);
  }
});

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
