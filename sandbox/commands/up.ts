import { type ChildProcess, fork } from 'node:child_process';
import * as fs from 'node:fs';
import * as fsPromises from 'node:fs/promises';
import * as path from 'node:path';
import { build } from '../builder/builder';
import { catalog } from '../builder/catalog';
import { showBuild } from '../builder/progress';
import { emulatorPython } from '../builder/python';
import { Expected } from '../expected';
import { impossible } from '../impossible';
import { refuseElsewhere } from '../gitops/elsewhere';
import { marker } from '../parts/context';
import type { Built } from '../platform';
import { describeExit } from '../process/failure';
import { showParts } from '../process/show';
import type { Settings } from '../settings';
import { checkout, type Folder } from '../state/folder';
import { lock, whenTaken } from '../state/lock';
import type { Report, Start } from '../supervisor';
import type { Terminal } from '../terminal/terminal';
import { untilAllAnswer } from './answering';
import { find, lockOfUp, stop } from './supervision';
import { linkTools } from './tools';

/**
 * Builds what is missing and brings up the sandbox in the background. Resolves when every part answers.
 *
 * @throws Expected when it did not come up, or was interrupted, and then nothing is left running; or when a part of a sandbox
 * that is up does not answer
 */
export async function up(
  folder: Folder,
  settings: Settings,
  terminal: Terminal,
  interrupt: AbortSignal,
): Promise<void> {
  await folder.create();
  const file = lockOfUp(folder);
  const onWait = (holder: number) => {
    terminal.line(`process ${holder} is bringing it up (if it is something else, remove ${file})`);
  };
  const unlock = await lock(file, { signal: interrupt, onWait }).catch((error: unknown) => {
    throw interrupt.aborted ? new Expected('interrupted', 'interrupted; nothing was started') : error;
  });
  const over = new AbortController();
  try {
    // `make down` takes the lock away.
    const signal = AbortSignal.any([interrupt, whenTaken(file, over.signal)]);
    await upAlone(folder, settings, terminal, signal);
    await untilAllAnswer(folder, terminal, signal);
  } finally {
    over.abort();
    await unlock();
  }
}

async function upAlone(folder: Folder, settings: Settings, terminal: Terminal, interrupt: AbortSignal): Promise<void> {
  const found = await find(folder);
  switch (found.kind) {
    case 'supervised':
      if (found.status.phase !== 'up') throw busy(folder, found.status.phase);
      terminal.line(`sandbox ${folder.name} runs already; settings are read when it starts`);
      return;
    case 'orphans':
      terminal.line(
        `sandbox ${folder.name}: ending ${found.pids.length} processes that its supervisor left behind when it was killed`,
      );
      await stop(folder);
      break;
    case 'nothing':
      break;
    default:
      impossible(found);
  }
  await start(folder, settings, terminal, interrupt);
}

function busy({ name }: Folder, phase: string): Expected {
  return new Expected(
    'failure',
    `sandbox ${name} is ${phase} in another \`make up\` or \`make down\`: wait for that one`,
  );
}

async function start(folder: Folder, settings: Settings, terminal: Terminal, interrupt: AbortSignal): Promise<void> {
  await refuseElsewhere(folder);
  const { binaries, python } = await buildAll(terminal, interrupt);
  await folder.create('logs');
  await rotateLogs(folder);
  await linkTools(folder, binaries);
  const supervisor = startSupervisor(folder);
  await follow(
    supervisor,
    { sandbox: folder.name, settings, binaries: [...binaries], python },
    folder,
    terminal,
    interrupt,
  );
}

/** What needs none of the programs. */
const meanwhile =
  'Meanwhile, in another terminal, change something and see what `make synth` makes of it: README, "Change something".';

/** Builds the programs and the emulator's Python environment, which mostly waits for the network, side by side. */
async function buildAll(terminal: Terminal, interrupt: AbortSignal): Promise<Built> {
  const failed = new AbortController();
  const onEvent = showBuild(terminal, meanwhile);
  const options = { onEvent, signal: AbortSignal.any([interrupt, failed.signal]) };
  try {
    const [binaries, python] = await Promise.all([build(catalog, options), emulatorPython(options)]);
    return { binaries, python };
  } finally {
    // Nobody waits for the other one.
    failed.abort();
    terminal.status(undefined);
  }
}

/** Puts aside logs that have grown large; of each, the one before is kept. */
async function rotateLogs(folder: Folder): Promise<void> {
  for (const name of await fsPromises.readdir(folder.path('logs'))) {
    const log = folder.path('logs', name);
    if (name.endsWith('.log') && (await fsPromises.stat(log)).size > 10 * 2 ** 20)
      await fsPromises.rename(log, `${log}.1`);
  }
}

function startSupervisor(folder: Folder): ChildProcess {
  const log = fs.openSync(folder.log('supervisor'), 'a', 0o600);
  try {
    return fork(path.join(__dirname, '..', 'supervisor.ts'), {
      cwd: checkout,
      // A session of its own: closing the terminal, or Ctrl-C in it, is not for the supervisor.
      detached: true,
      execArgv: ['-r', require.resolve('ts-node/register')],
      env: { ...process.env, [marker]: folder.root },
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    fs.closeSync(log);
  }
}

function follow(
  supervisor: ChildProcess,
  start: Start,
  folder: Folder,
  terminal: Terminal,
  interrupt: AbortSignal,
): Promise<void> {
  const showPart = showParts(terminal);
  // Without this process the supervisor gives up, too: see Supervisor.run.
  const giveUp = () => supervisor.kill('SIGTERM');
  const failed = (message: string) =>
    interrupt.aborted
      ? new Expected('interrupted', 'interrupted; nothing is left running')
      : new Expected('failure', message);
  interrupt.addEventListener('abort', giveUp, { once: true });
  if (interrupt.aborted) giveUp();
  return new Promise<void>((resolve, reject) => {
    supervisor.on('message', (report: Report) => {
      switch (report.kind) {
        case 'part':
          showPart(report.event);
          return;
        case 'up':
          supervisor.unref();
          resolve();
          return;
        case 'failed':
          reject(failed(report.message));
          return;
        default:
          impossible(report);
      }
    });
    supervisor.once('error', reject);
    supervisor.once('exit', (code, signal) => {
      const how = describeExit(signal ? { signal } : { code: code ?? 0 });
      reject(failed(`the supervisor ended before the sandbox was up (${how}); its log: ${folder.log('supervisor')}`));
    });
    supervisor.send(start);
  }).finally(() => {
    interrupt.removeEventListener('abort', giveUp);
    terminal.status(undefined);
  });
}
