import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import type { Kubectl } from '../kube/kubectl';
import { type ApplicationStatus, applications, isReady, refresh } from '../gitops/applications';
import type { Folder } from '../state/folder';
import { type Terminal, duration } from '../terminal/terminal';

/** How long the environments may take: milliseconds. */
const limit = 300_000;

/**
 * Waits until Argo CD has looked at Git and every environment's resources are synced and healthy.
 *
 * @throws Expected when they are not in time, or when it is interrupted; everything is left running to be looked at
 */
export async function untilReady(
  folder: Folder,
  kubectl: Kubectl,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  try {
    await poll(folder, kubectl, terminal, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const hint = `the sandbox goes on running, and \`${folder.make('down')}\` stops it`;
    throw new Expected('interrupted', `interrupted; ${hint}`);
  } finally {
    terminal.status(undefined);
  }
}

async function poll(folder: Folder, kubectl: Kubectl, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  const { ok, dim } = terminal.style;
  const done = new Set<string>();
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
    if (Date.now() - started > limit) throw new Expected('failure', complaint(folder, waiting));
    terminal.status(`  ${waiting.map(describe).join('; ') || 'waiting for Argo CD to read Git'}`);
    await setTimeout(500, undefined, { signal });
  }
}

function describe({ name, sync, health, problems, progress }: ApplicationStatus): string {
  const detail = [...problems, progress].find((text) => text !== '');
  return `${name}: ${sync}, ${health}${detail === undefined ? '' : ` (${detail})`}`;
}

function complaint(folder: Folder, waiting: readonly ApplicationStatus[]): string {
  const lines = waiting.map((environment) => `  ${describe(environment)}`);
  return [
    `not everything is Ready after ${duration(limit)}:`,
    ...(lines.length > 0 ? lines : ['  Argo CD has not made an Application of each environment yet']),
    `The sandbox goes on running: \`eval "$(${folder.make('-s env')})"\`, then \`kubectl get\` and \`make status\` tell more.`,
  ].join('\n');
}
