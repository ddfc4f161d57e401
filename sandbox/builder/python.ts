import * as path from 'node:path';
import type { BuildOptions } from './builder';
import { run } from './command';
import { BuildFailure, classify, remedy } from './failure';

/** Folder of the emulator's Python package and of its pinned requirements. */
export const emulatorFolder = path.join(__dirname, '..', 'aws');

/** Runs the first Python on PATH that is new enough, and exits with `noPython` when there is none. */
const interpreter = path.join(emulatorFolder, 'python');
const noPython = 127;

/** What the emulator is called where programs are built. */
const program = 'aws';

/**
 * Path of the Python interpreter that has the emulator's requirements; makes its virtual environment in the user's
 * cache when it is not there yet.
 *
 * @throws BuildFailure
 */
export async function emulatorPython({ onEvent, signal }: Pick<BuildOptions, 'onEvent' | 'signal'>): Promise<string> {
  const args = [path.join(emulatorFolder, 'environment.py')];
  const started = Date.now();
  let ticking: NodeJS.Timeout | undefined;
  const onLine = (line: string) => {
    if (ticking !== undefined || !line.startsWith('installing ')) return;
    onEvent?.({ kind: 'preparing', program });
    // How much is left, nobody tells.
    ticking = setInterval(() => onEvent?.({ kind: 'installing', program, elapsed: Date.now() - started }), 1000);
  };
  const { code, stdout, stderr } = await run(interpreter, args, { signal, onLine }).finally(() => {
    clearInterval(ticking);
  });
  if (code === 0) {
    if (ticking !== undefined) onEvent?.({ kind: 'built', program, elapsed: Date.now() - started });
    return stdout.trim();
  }
  if (code === noPython) throw new BuildFailure('python-missing', `${stderr.trim()}\n${remedy['python-missing']}`);
  const command = `${interpreter} ${args.join(' ')}`;
  if (signal?.aborted) throw new BuildFailure('interrupted', `Interrupted: ${command}\n${remedy.interrupted}`);
  const reason = classify(stderr);
  throw new BuildFailure(reason, `Failed: ${command}\n${stderr.trim()}\n${remedy[reason]}`);
}
