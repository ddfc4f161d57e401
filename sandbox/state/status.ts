import { type Failure, describeFailure } from '../process/failure';
import type { PartState } from '../process/part';
import { type Folder, readIfThere, writePrivate } from './folder';

/** How a part is, as written down by the supervisor. Times are milliseconds since 1970. */
export interface PartStatus {
  readonly name: string;
  readonly state: PartState['kind'];
  readonly port?: number;
  readonly log: string;
  /** How often it was started again since `up`. */
  readonly restarts: number;
  /** Only when it is ready. */
  readonly pid?: number;
  readonly since?: number;
  /** Only when it is ready and does not answer its check: why. */
  readonly silent?: string;
  /** Only when it failed, or waits for its next start. */
  readonly failure?: Failure;
}

/** What is wrong with a part, to be said after its name; undefined when nothing is. */
export function trouble({ state, silent, failure }: PartStatus): string | undefined {
  if (silent !== undefined) return `does not answer: ${silent}`;
  if (state === 'ready') return undefined;
  return `is ${state}${failure === undefined ? '' : `: ${describeFailure(failure)}`}`;
}

/** How a sandbox is. */
export interface SandboxStatus {
  /** The supervisor's. */
  readonly pid: number;
  readonly phase: 'starting' | 'up' | 'stopping';
  readonly startedAt: number;
  readonly parts: readonly PartStatus[];
}

export function writeStatus(folder: Folder, status: SandboxStatus): Promise<void> {
  return writePrivate(folder.path('status.json'), `${JSON.stringify(status, undefined, 2)}\n`);
}

/** What the supervisor wrote last; undefined when there is none. It may have been killed since. */
export async function readStatus(folder: Folder): Promise<SandboxStatus | undefined> {
  const text = await readIfThere(folder.path('status.json'));
  return text === undefined ? undefined : (JSON.parse(text) as SandboxStatus);
}
