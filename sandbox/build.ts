/**
 * Builds the sandbox's programs into the user's cache: `ts-node sandbox/build.ts [--assets] [PROGRAM...]`.
 *
 * Prints the path of each binary, or with --assets one folder that holds a link to each. Without a name it builds all.
 */
import { parseArgs } from 'node:util';
import { assetsFolder, build } from './builder/builder';
import { catalog, find } from './builder/catalog';
import { showBuild } from './builder/progress';
import { interruption, runCommand } from './commands/run';
import { openTerminal } from './terminal/terminal';

runCommand('Usage: ts-node sandbox/build.ts [--assets] [PROGRAM...]', async (args) => {
  const terminal = openTerminal();
  const options = { assets: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const programs = positionals.length > 0 ? find(positionals) : catalog;
  try {
    const binaries = await build(programs, { onEvent: showBuild(terminal), signal: interruption() });
    const result = values.assets ? await assetsFolder(binaries) : [...binaries.values()].join('\n');
    process.stdout.write(`${result}\n`);
  } finally {
    terminal.status(undefined);
  }
});
