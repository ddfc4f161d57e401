import { type Terminal, duration } from '../terminal/terminal';
import type { BuildEvent } from './builder';

/** Shows builds on a terminal: what is being built, how far it is, how long it took and about how long it will take. */
export function showBuild(terminal: Terminal): (event: BuildEvent) => void {
  const { ok, dim } = terminal.style;
  /** How far each is that is being built: there may be two, a Go program and the emulator's Python packages. */
  const underWay = new Map<string, string>();
  const show = (program: string, state: string | undefined) => {
    if (state === undefined) underWay.delete(program);
    else underWay.set(program, `${program}: ${state}`);
    terminal.status(underWay.size > 0 ? `  ${[...underWay.values()].join('; ')}` : undefined);
  };
  return (event) => {
    switch (event.kind) {
      case 'cached':
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
        show(event.program, compiling(event));
        return;
      case 'built':
        show(event.program, undefined);
        terminal.line(`${ok('✓')} ${event.program} built ${dim(duration(event.elapsed))}`);
        return;
    }
  };
}

/** `120 of 480 packages, 31.0s, about 1m33s left`. The estimate waits for a tenth of the packages: before that it is noise. */
export function compiling(event: Extract<BuildEvent, { kind: 'compiling' }>): string {
  const { done, total, elapsed } = event;
  const known = done > 0 && done >= total / 10;
  const left = known ? `, about ${duration((elapsed / done) * (total - done))} left` : '';
  return done < total ? `${done} of ${total} packages, ${duration(elapsed)}${left}` : `linking, ${duration(elapsed)}`;
}
