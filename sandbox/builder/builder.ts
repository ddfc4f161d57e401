import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { saysDiskFull } from '../state/disk';
import { cacheFolder, digest, exists, fillOnce, prune, sources, touch } from './cache';
import type { Program } from './catalog';
import { BuildFailure, remedy } from './failure';
import { fillFolder } from './compile';
import { readGoMod, requireGo, toolchain } from './go';
import { inOrder } from './schedule';

/** What happens while programs are built. Times are milliseconds. */
export type BuildEvent =
  /** These are not in the cache, and are going to be built. */
  | { readonly kind: 'planned'; readonly programs: readonly Program[] }
  /** The binary is in the cache. */
  | { readonly kind: 'cached'; readonly program: string }
  /** Another process builds it: if that is not so, `lock` has to be removed. */
  | { readonly kind: 'waiting'; readonly program: string; readonly holder: number; readonly lock: string }
  /** It is missing: what it consists of is fetched, and what is to be compiled is counted. */
  | { readonly kind: 'preparing'; readonly program: string }
  /** Python packages are fetched and put in place. */
  | { readonly kind: 'installing'; readonly program: string; readonly elapsed: number }
  /** `done` of the `total` packages that have to be compiled are. */
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
 * How many builds of a program are kept: enough for a few clones and branches, and not every version of our own that
 * ever was.
 */
const keptBuilds = 5;

/**
 * How many programs are built at the same time: one `go build` keeps all cores busy but for its downloads, the last
 * packages and the linker, and the other one fills these gaps. More would only compete for memory.
 */
const atOnce = 2;

/**
 * Builds programs that are not in the cache yet, and returns the path of each binary by the program's name. Throws
 * BuildFailure.
 */
export async function build(programs: readonly Program[], options: BuildOptions = {}): Promise<Map<string, string>> {
  const { onEvent = () => undefined, signal, cache = cacheFolder() } = options;
  await requireGo(signal);
  const builds = await Promise.all(programs.map((program) => plan(program, cache)));
  const missing: Build[] = [];
  for (const build of builds) {
    if (await exists(build.binary)) {
      await touch(build.folder);
      onEvent({ kind: 'cached', program: build.name });
    } else missing.push(build);
  }
  if (missing.length > 0) onEvent({ kind: 'planned', programs: missing.map(({ program }) => program) });

  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let failure: unknown;
  await inOrder(missing, atOnce, async (build) => {
    try {
      await fill(build, onEvent, either);
    } catch (error) {
      // What the others then say is only that they were interrupted.
      failure ??= error;
      failed.abort();
      throw failure;
    }
  });
  return new Map(builds.map(({ name, binary }) => [name, binary]));
}

/** A program, and where its binary is or will be. */
interface Build {
  readonly name: string;
  readonly after?: string;
  readonly program: Program;
  /** Go's release that it is built with. */
  readonly toolchain: string;
  readonly linkerFlags: string;
  readonly folder: string;
  readonly binary: string;
}

async function plan(program: Program, cache: string): Promise<Build> {
  const { versionOf } = await readGoMod(program.folder);
  const flags = linkerFlags(program, versionOf);
  const release = await toolchain();
  const key = digest([
    ...(await sources(program.folder, program.command)),
    program.command,
    flags,
    ...(program.files ?? []),
    ...(program.edits ?? []).flatMap(({ file, from, to }) => [file, from, to]),
    `${process.platform}/${process.arch}`,
    release,
  ]);
  const { name, after } = program;
  const folder = path.join(cache, 'programs', `${name}-${key}`);
  return { name, after, program, toolchain: release, linkerFlags: flags, folder, binary: path.join(folder, name) };
}

/** Builds a program into its folder of the cache. */
async function fill(build: Build, onEvent: (event: BuildEvent) => void, signal: AbortSignal): Promise<void> {
  const { name, program, folder } = build;
  const started = Date.now();
  const run = { cwd: program.folder, toolchain: build.toolchain, signal };
  const fillTemporary = async (temporary: string) => {
    onEvent({ kind: 'preparing', program: name });
    await fillFolder(program, run, build.linkerFlags, temporary, (done, total) => {
      onEvent({ kind: 'compiling', program: name, done, total, elapsed: Date.now() - started });
    });
  };
  const onWait = (holder: number) => {
    onEvent({ kind: 'waiting', program: name, holder, lock: `${folder}.lock` });
  };
  try {
    const filled = await fillOnce(folder, fillTemporary, { signal, onWait });
    await prune(path.dirname(folder), `${name}-`, keptBuilds);
    // Somebody else may have built it while this one waited.
    const outcome = filled
      ? ({ kind: 'built', elapsed: Date.now() - started } as const)
      : ({ kind: 'cached' } as const);
    onEvent({ ...outcome, program: name });
  } catch (error) {
    if (signal.aborted) throw new BuildFailure('interrupted', `${name}: interrupted. ${remedy.interrupted}`);
    if (!saysDiskFull(String(error))) throw error;
    throw new BuildFailure('disk-full', `${folder}: the disk is full. ${remedy['disk-full']}`);
  }
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
