/**
 * Builds the sandbox's programs into the user's cache.
 *
 *   ts-node sandbox/build.ts [--assets] [PROGRAM...]
 *
 * Prints the path of each binary, or with --assets one folder that holds a link to each; progress goes to standard
 * error. Without a name it builds all. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
 */
import { parseArgs } from 'node:util';
import { assetsFolder, build } from './builder/builder';
import { UnknownProgram, catalog, find } from './builder/catalog';
import { BuildFailure } from './builder/failure';
import { showBuild } from './builder/progress';
import { openTerminal } from './terminal/terminal';

async function main(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      interrupt.abort();
    });
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { assets: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const programs = positionals.length > 0 ? find(positionals) : catalog;
    const binaries = await build(programs, { onEvent: showBuild(terminal), signal: interrupt.signal });
    const result = values.assets ? await assetsFolder(binaries) : [...binaries.values()].join('\n');
    process.stdout.write(`${result}\n`);
    return 0;
  } catch (error) {
    terminal.status(undefined);
    if (error instanceof BuildFailure) {
      terminal.line(error.message);
      return error.reason === 'interrupted' ? 130 : 1;
    }
    if (error instanceof UnknownProgram || (error instanceof TypeError && 'code' in error)) {
      terminal.line(`${error.message}\nUsage: ts-node sandbox/build.ts [--assets] [PROGRAM...]`);
      return 2;
    }
    throw error;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
