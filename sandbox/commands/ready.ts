import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import { type ApplicationStatus, applications, isReady, refresh } from '../gitops/applications';
import { branch, remoteName } from '../gitops/remote';
import { givenUp } from '../kube/given-up';
import type { Kubectl } from '../kube/kubectl';
import type { Folder } from '../state/folder';
import { type Terminal, duration } from '../terminal/terminal';

/** How long to wait: milliseconds. */
export interface Patience {
  /** How long the environments may take. */
  readonly environments: number;
  /**
   * How long an object must have been given up on: after a push that mends it, or a stop of the sandbox, it takes some
   * seconds to be looked at again.
   */
  readonly givenUp: number;
}

const usual: Patience = { environments: 300_000, givenUp: 5_000 };

/**
 * Waits until Argo CD has looked at Git and every environment's resources are synced and healthy.
 *
 * @throws Expected when they are not in time, when one never will be, or when it is interrupted; everything is left running
 * to be looked at
 */
export async function untilReady(
  folder: Folder,
  kubectl: Kubectl,
  terminal: Terminal,
  signal: AbortSignal,
  patience = usual,
): Promise<void> {
  try {
    await poll(folder, kubectl, terminal, signal, patience);
  } catch (error) {
    throw signal.aborted ? interrupted(folder) : error;
  } finally {
    terminal.status(undefined);
  }
}

/** The user does not want to wait any longer for a sandbox that is up. */
export function interrupted(folder: Folder): Expected {
  const hint = `the sandbox goes on running, and \`${folder.make('down')}\` stops it`;
  return new Expected('interrupted', `interrupted; ${hint}`);
}

async function poll(
  folder: Folder,
  kubectl: Kubectl,
  terminal: Terminal,
  signal: AbortSignal,
  patience: Patience,
): Promise<void> {
  const started = Date.now();
  const { ok, dim } = terminal.style;
  const done = new Set<string>();
  const lasting = lastingFor(patience.givenUp);
  await refresh(kubectl, signal);
  for (;;) {
    const { settled, environments } = await applications(kubectl, signal);
    for (const environment of environments) {
      if (!isReady(environment) || done.has(environment.name)) continue;
      done.add(environment.name);
      terminal.line(`${ok('✓')} ${environment.name} synced and healthy ${dim(duration(Date.now() - started))}`);
    }
    const waiting = environments.filter((environment) => !isReady(environment));
    if (settled && waiting.length === 0) return;
    const hopeless = lasting(await givenUpIn(kubectl, waiting, signal));
    if (hopeless.length > 0) throw new Expected('failure', refusal(folder, hopeless));
    if (Date.now() - started > patience.environments)
      throw new Expected('failure', complaint(folder, waiting, patience.environments));
    terminal.status(`  ${waiting.map(describe).join('; ') || 'waiting for Argo CD to read Git'}`);
    await setTimeout(500, undefined, { signal });
  }
}

/** A line for each object that was given up on. Argo CD calls its environment Degraded; only those are asked for. */
async function givenUpIn(
  kubectl: Kubectl,
  environments: readonly ApplicationStatus[],
  signal: AbortSignal,
): Promise<string[]> {
  const degraded = environments.filter(({ sync, health }) => health === 'Degraded' && sync !== 'Refreshing');
  const found = await Promise.all(
    degraded.map(async ({ name }) => {
      const objects = await givenUp(kubectl, name, signal);
      return objects.map((object) => `  ${name}: ${object.kind} ${object.name}: ${object.message}`);
    }),
  );
  return found.flat();
}

/** Picks out the texts that it has been given each time for so many milliseconds. */
function lastingFor(limit: number): (texts: readonly string[]) => string[] {
  let since = new Map<string, number>();
  return (texts) => {
    since = new Map(texts.map((text) => [text, since.get(text) ?? Date.now()]));
    return texts.filter((text) => Date.now() - (since.get(text) ?? 0) >= limit);
  };
}

function describe({ name, sync, health, problems, progress }: ApplicationStatus): string {
  const detail = [...problems, progress].find((text) => text !== '');
  return `${name}: ${sync}, ${health}${detail === undefined ? '' : ` (${detail})`}`;
}

function refusal(folder: Folder, hopeless: readonly string[]): string {
  return [
    'this will not become Ready by waiting:',
    ...hopeless,
    `Mend it in environments/ or charts/, then make synth, commit, and git push ${remoteName(folder)} HEAD:${branch}.`,
    goesOn(folder),
  ].join('\n');
}

function complaint(folder: Folder, waiting: readonly ApplicationStatus[], limit: number): string {
  const lines = waiting.map((environment) => `  ${describe(environment)}`);
  return [
    `not everything is Ready after ${duration(limit)}:`,
    ...(lines.length > 0 ? lines : ['  Argo CD has not made an Application of each environment yet']),
    goesOn(folder),
  ].join('\n');
}

function goesOn(folder: Folder): string {
  const env = `eval "$(${folder.make('-s env')})"`;
  return `The sandbox goes on running: \`${env}\`, then \`kubectl get\` and \`${folder.make('status')}\` tell more.`;
}
