/** Where progress goes: lines that stay, and, on a terminal only, one line that changes in place. */
export interface Terminal {
  /** Prints a line that stays. */
  line(text: string): void;
  /** Replaces the changing last line; undefined takes it away. Does nothing where there is no terminal. */
  status(text: string | undefined): void;
  /** `ok`, `bad` and `dim` colour a text on a terminal that takes colour, and return it unchanged elsewhere. */
  readonly style: Style;
}

export interface Style {
  readonly ok: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** What decides how to write: a stream, as far as Node knows it, and the environment. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Capabilities {
  /** A line can be overwritten. */
  readonly interactive: boolean;
  readonly colour: boolean;
}

/** What the output can do; `TERM=dumb` and CI systems take plain lines, NO_COLOR (no-color.org) switches colour off. */
export function capabilities(output: Output, env: NodeJS.ProcessEnv): Capabilities {
  const interactive = output.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  return { interactive, colour: interactive && !env['NO_COLOR'] };
}

/** The terminal on standard error: standard output is for results only. */
export function openTerminal(output: Output = process.stderr, env: NodeJS.ProcessEnv = process.env): Terminal {
  const { interactive, colour } = capabilities(output, env);
  const paint = (code: number) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const clear = '\r\x1b[K';
  let shown = '';
  return {
    style: { ok: paint(32), bad: paint(31), dim: paint(2) },
    line(text) {
      output.write(interactive ? `${clear}${text}\n${shown}` : `${text}\n`);
    },
    status(text) {
      if (!interactive) return;
      // A line that wraps could not be cleared again.
      shown = text === undefined ? '' : text.slice(0, (output.columns ?? 80) - 1);
      output.write(clear + shown);
    },
  };
}

/** `4.2s`, `3m05s`: how long something took. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds.toFixed(1)}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}
