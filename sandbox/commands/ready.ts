import { setTimeout } from 'node:timers/promises';
import type { Kubectl } from '../kube/kubectl';
import { type ApplicationStatus, applications, isReady, refresh } from '../gitops/applications';
import { type Terminal, duration } from '../terminal/terminal';
import { Interrupted } from './interrupted';

/** Thrown when the environments are not Ready in time; everything is left running to be looked at. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** How long the environments may take: milliseconds. */
const limit = 300_000;

/** Waits until Argo CD has looked at Git and every environment's resources are synced and healthy. Throws NotReady or Interrupted. */
export async function untilReady(kubectl: Kubectl, terminal: Terminal, signal: AbortSignal): Promise<void> {
  try {
    await poll(kubectl, terminal, signal);
  } catch (error) {
    throw signal.aborted
      ? new Interrupted('interrupted; the sandbox goes on running, and `make down` stops it')
      : error;
  } finally {
    terminal.status(undefined);
  }
}

async function poll(kubectl: Kubectl, terminal: Terminal, signal: AbortSignal): Promise<void> {
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
    if (Date.now() - started > limit) throw new NotReady(complaint(waiting));
    terminal.status(`  ${waiting.map(describe).join('; ') || 'waiting for Argo CD to read Git'}`);
    await setTimeout(500, undefined, { signal });
  }
}

function describe({ name, sync, health, problems, progress }: ApplicationStatus): string {
  const detail = [...problems, progress].find((text) => text !== '');
  return `${name}: ${sync}, ${health}${detail === undefined ? '' : ` (${detail})`}`;
}

function complaint(waiting: readonly ApplicationStatus[]): string {
  const lines = waiting.map((environment) => `  ${describe(environment)}`);
  return [
    `not everything is Ready after ${duration(limit)}:`,
    ...(lines.length > 0 ? lines : ['  Argo CD has not made an Application of each environment yet']),
    'The sandbox goes on running: `eval "$(make -s env)"`, then `kubectl get` and `make status` tell more.',
  ].join('\n');
}
