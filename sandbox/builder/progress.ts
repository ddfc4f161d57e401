import * as os from 'node:os';
import { type Terminal, duration } from '../terminal/terminal';
import type { BuildEvent } from './builder';
import { cacheFolder } from './cache';
import { Estimate } from './estimate';

/**
 * Shows builds on a terminal: how long all of them will take about, what is being built and how far it is.
 *
 * @param meanwhile - what else one can do until then, if it takes more than a minute
 */
export function showBuild(
  terminal: Terminal,
  meanwhile?: string,
  { now = Date.now, cores = os.availableParallelism() } = {},
): (event: BuildEvent) => void {
  const { ok, dim } = terminal.style;
  const started = now();
  let estimate = new Estimate([], cores);
  const left = () => {
    const time = estimate.left(now() - started);
    return time > 0 ? `about ${roughly(time)} left` : undefined;
  };
  /** How far each is that is being built. */
  const underWay = new Map<string, string>();
  const show = (program: string, state: string | undefined) => {
    if (state === undefined) underWay.delete(program);
    else underWay.set(program, `${program} ${state}`);
    const texts = [left(), ...underWay.values()].filter((text) => text !== undefined);
    terminal.status(underWay.size > 0 ? `  ${texts.join('; ')}` : undefined);
  };
  return (event) => {
    switch (event.kind) {
      case 'planned': {
        estimate = new Estimate(event.programs, cores);
        const time = estimate.left(0);
        const names = event.programs.map(({ name }) => name).join(', ');
        terminal.line(`Building ${names}: about ${roughly(time)}, once. They are kept in ${cacheFolder()}.`);
        if (meanwhile && time > minute) terminal.line(meanwhile);
        return;
      }
      case 'cached':
        estimate.built(event.program);
        show(event.program, undefined);
        return;
      case 'waiting':
        terminal.line(
          dim(`  ${event.program}: process ${event.holder} builds it (if it is something else, remove ${event.lock})`),
        );
        return;
      case 'preparing':
        terminal.line(dim(`  ${event.program}: building`));
        show(event.program, 'fetching modules');
        return;
      case 'installing':
        show(event.program, `installing Python packages, ${duration(event.elapsed)}`);
        return;
      case 'compiling':
        estimate.compiled(event.program, event.done, event.total);
        show(event.program, compiling(event));
        return;
      case 'built': {
        estimate.built(event.program);
        show(event.program, undefined);
        const rest = [duration(event.elapsed), left()].filter((text) => text !== undefined).join(', ');
        terminal.line(`${ok('✓')} ${event.program} built ${dim(rest)}`);
        return;
      }
    }
  };
}

const minute = 60_000;

/** `9 minutes`, `1 minute`, `40 seconds`: an estimate is not more exact than that. */
export function roughly(milliseconds: number): string {
  const [count, unit] =
    milliseconds < minute
      ? [Math.max(10, Math.ceil(milliseconds / 10_000) * 10), 'second']
      : [Math.round(milliseconds / minute), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** `120 of 480 packages`: how far a program is. */
export function compiling({ done, total }: Extract<BuildEvent, { kind: 'compiling' }>): string {
  return done < total ? `${done} of ${total} packages` : 'linking';
}
