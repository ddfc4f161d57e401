import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { BuildFailure, classify, remedy } from './failure';

/** Folder of the emulator's Python package and of its pinned requirements. */
export const emulatorFolder = path.join(__dirname, '..', 'aws');

/**
 * Path of the Python interpreter that has the emulator's requirements; makes its virtual environment in the user's cache when it is not
 * there yet. Throws BuildFailure.
 */
export async function emulatorPython(signal?: AbortSignal): Promise<string> {
  const args = [path.join(emulatorFolder, 'environment.py')];
  try {
    const { stdout } = await promisify(execFile)('python3.11', args, { signal });
    return stdout.trim();
  } catch (error) {
    if (signal?.aborted)
      throw new BuildFailure('interrupted', `Interrupted: python3.11 ${args.join(' ')}\n${remedy.interrupted}`);
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT')
      throw new BuildFailure('python-missing', `python3.11: not found on PATH. ${remedy['python-missing']}`);
    const reason = classify(stderr);
    throw new BuildFailure(reason, `Failed: python3.11 ${args.join(' ')}\n${stderr.trim()}\n${remedy[reason]}`);
  }
}
