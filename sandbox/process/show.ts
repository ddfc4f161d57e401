import { impossible } from '../impossible';
import { type Terminal, duration } from '../terminal/terminal';
import { describeFailure } from './failure';
import type { PartEvent } from './part';

/** Shows parts coming up and going down: a line for what has happened, and what is awaited in the changing line. */
export function showParts(terminal: Terminal): (event: PartEvent) => void {
  const { ok, bad, dim } = terminal.style;
  const awaited = new Set<string>();
  return (event) => {
    switch (event.kind) {
      case 'starting':
        awaited.add(event.part);
        break;
      case 'ready':
        awaited.delete(event.part);
        terminal.line(`${ok('✓')} ${event.part} ready ${dim(duration(event.took))}`);
        break;
      case 'silent':
        terminal.line(`${bad('!')} ${event.part} does not answer: ${event.reason}`);
        break;
      case 'answering':
        terminal.line(`${ok('✓')} ${event.part} answers again ${dim(`after ${duration(event.after)}`)}`);
        break;
      case 'failed':
        awaited.delete(event.part);
        terminal.line(`${bad('✗')} ${event.part} ${describeFailure(event.failure)}`);
        break;
      case 'restarting':
        terminal.line(
          `${bad('!')} ${event.part} ${describeFailure(event.failure)}; next start in ${duration(event.wait)}`,
        );
        break;
      case 'stopping':
      case 'stopped':
        awaited.delete(event.part);
        break;
      default:
        impossible(event);
    }
    terminal.status(awaited.size > 0 ? `  waiting for ${[...awaited].join(', ')}` : undefined);
  };
}
