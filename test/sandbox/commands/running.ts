import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { marker } from '../../../sandbox/parts/context';
import { Folder } from '../../../sandbox/state/folder';
import { type PartStatus, writeStatus } from '../../../sandbox/state/status';
import { temporaryFolder } from '../process/fakes';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that belongs to a sandbox, leader of a group of its own as all of them are. */
export async function processOf(folder: Folder): Promise<number> {
  const options = { env: { ...process.env, [marker]: folder.root }, detached: true, stdio: 'ignore' } as const;
  const child = spawn('sleep', ['600'], options);
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

/** A part that is ready. */
export const ready = (name: string, change: Partial<PartStatus> = {}): PartStatus => ({
  name,
  state: 'ready',
  log: `/logs/${name}.log`,
  restarts: 0,
  ...change,
});

/** A sandbox whose supervisor runs, but does nothing, and says that it has these parts. */
export class Running {
  private constructor(
    readonly folder: Folder,
    private readonly pid: number,
  ) {}

  static async make(...parts: readonly PartStatus[]): Promise<Running> {
    const folder = new Folder('one', temporaryFolder());
    await folder.create();
    const running = new Running(folder, await processOf(folder));
    await running.has(...parts);
    return running;
  }

  async has(...parts: readonly PartStatus[]): Promise<void> {
    await writeStatus(this.folder, { pid: this.pid, phase: 'up', startedAt: 0, parts });
  }
}
