import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { cacheFolder, digest, exists, fillOnce, sources } from './cache';
import { Program } from './catalog';
import { BuildFailure, remedy } from './failure';
import { go, goVersion, readGoMod } from './go';

/** What happens while programs are built. Times are milliseconds. */
export type BuildEvent =
  /** The binary is in the cache. */
  | { readonly kind: 'cached'; readonly program: string }
  /** Modules are fetched and what is to be compiled is counted. */
  | { readonly kind: 'preparing'; readonly program: string }
  /** `done` of `total` packages are compiled; total is 0 until it is known. */
  | {
      readonly kind: 'compiling';
      readonly program: string;
      readonly done: number;
      readonly total: number;
      readonly elapsed: number;
    }
  | { readonly kind: 'built'; readonly program: string; readonly elapsed: number };

export interface BuildOptions {
  /** Told what happens. @default - nobody */
  readonly onEvent?: (event: BuildEvent) => void;
  /** Interrupts the build; what was compiled stays in Go's own cache. */
  readonly signal?: AbortSignal;
  /** Where binaries are kept. @default - cacheFolder() */
  readonly cache?: string;
}

/**
 * Builds programs that are not in the cache yet, and returns the path of each binary by the program's name.
 * One after the other: one `go build` keeps all cores busy, and together they would only compete for memory.
 * Throws BuildFailure.
 */
export async function build(programs: readonly Program[], options: BuildOptions = {}): Promise<Map<string, string>> {
  const binaries = new Map<string, string>();
  for (const program of programs) binaries.set(program.name, await buildOne(program, options));
  return binaries;
}

async function buildOne(program: Program, options: BuildOptions): Promise<string> {
  const { onEvent = () => undefined, signal, cache = cacheFolder() } = options;
  const { toolchain, versionOf } = await readGoMod(program.folder);
  const flags = linkerFlags(program, versionOf);
  const key = digest([
    ...(await sources(program.folder)),
    program.command,
    flags,
    `${process.platform}/${process.arch}`,
    await goVersion(program.folder, toolchain, signal),
  ]);
  const folder = path.join(cache, 'programs', `${program.name}-${key}`);
  const binary = path.join(folder, program.name);
  if (await exists(binary)) {
    onEvent({ kind: 'cached', program: program.name });
    return binary;
  }
  const started = Date.now();
  const elapsed = () => Date.now() - started;
  const run = { cwd: program.folder, toolchain, signal };
  const common = ['-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=${flags}`];
  try {
    await fillOnce(folder, async (temporary) => {
      onEvent({ kind: 'preparing', program: program.name });
      const stale = await go(
        ['list', '-deps', '-f={{if .Stale}}{{.ImportPath}}{{end}}', ...common, program.command],
        run,
      );
      const total = stale.split('\n').filter(Boolean).length;
      let done = 0;
      const report = () => {
        onEvent({ kind: 'compiling', program: program.name, done: Math.min(done, total), total, elapsed: elapsed() });
      };
      report();
      // With -v, go names each package as it starts on it.
      const onLine = (line: string) => {
        if (line.startsWith('go: ') || line.startsWith('#')) return;
        done += 1;
        report();
      };
      await go(['build', '-v', ...common, '-o', path.join(temporary, program.name), program.command], {
        ...run,
        onLine,
      });
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new BuildFailure('disk-full', `${folder}: the disk is full. ${remedy['disk-full']}`);
  }
  onEvent({ kind: 'built', program: program.name, elapsed: elapsed() });
  return binary;
}

/** Linker flags: no symbol tables, and the program's own version. */
function linkerFlags({ versionOf, stamp }: Program, version: (module: string) => string): string {
  const variables = versionOf && stamp ? Object.entries(stamp(version(versionOf))) : [];
  return ['-s', '-w', ...variables.map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

/**
 * A folder of the cache that holds a link to each binary, such as envtest's KUBEBUILDER_ASSETS wants. The same
 * binaries give the same folder.
 */
export async function assetsFolder(binaries: ReadonlyMap<string, string>, cache = cacheFolder()): Promise<string> {
  const folder = path.join(cache, 'assets', digest([...binaries].flat()));
  await fillOnce(folder, async (temporary) => {
    for (const [name, binary] of binaries) await fs.symlink(binary, path.join(temporary, name));
  });
  return folder;
}
