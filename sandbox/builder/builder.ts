import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { saysDiskFull } from '../state/disk';
import { cacheFolder, digest, exists, fillOnce, prune, sources, touch } from './cache';
import type { Program } from './catalog';
import { BuildFailure, remedy } from './failure';
import { type GoOptions, go, goVersion, moduleFolder, readGoMod } from './go';

/** What happens while programs are built. Times are milliseconds. */
export type BuildEvent =
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

/** How many builds of a program are kept: enough for a few clones and branches, and not every version of our own that ever was. */
const keptBuilds = 5;

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
    ...(program.files ?? []),
    ...(program.edits ?? []).flatMap(({ file, from, to }) => [file, from, to]),
    `${process.platform}/${process.arch}`,
    await goVersion(program.folder, toolchain, signal),
  ]);
  const folder = path.join(cache, 'programs', `${program.name}-${key}`);
  const binary = path.join(folder, program.name);
  if (await exists(binary)) {
    await touch(folder);
    onEvent({ kind: 'cached', program: program.name });
    return binary;
  }
  const started = Date.now();
  const run = { cwd: program.folder, toolchain, signal };
  const fill = async (temporary: string) => {
    onEvent({ kind: 'preparing', program: program.name });
    await fillFolder(program, run, flags, temporary, (done, total) => {
      onEvent({ kind: 'compiling', program: program.name, done, total, elapsed: Date.now() - started });
    });
  };
  const onWait = (holder: number) => {
    onEvent({ kind: 'waiting', program: program.name, holder, lock: `${folder}.lock` });
  };
  try {
    const filled = await fillOnce(folder, fill, { signal, onWait });
    await prune(path.dirname(folder), `${program.name}-`, keptBuilds);
    // Somebody else may have built it while this one waited.
    const outcome = filled
      ? ({ kind: 'built', elapsed: Date.now() - started } as const)
      : ({ kind: 'cached' } as const);
    onEvent({ ...outcome, program: program.name });
    return binary;
  } catch (error) {
    if (signal?.aborted) throw new BuildFailure('interrupted', `${program.name}: interrupted. ${remedy.interrupted}`);
    if (!saysDiskFull(String(error))) throw error;
    throw new BuildFailure('disk-full', `${folder}: the disk is full. ${remedy['disk-full']}`);
  }
}

/** Puts a program's binary and files into a folder. */
async function fillFolder(
  program: Program,
  run: GoOptions,
  linkerFlags: string,
  folder: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  await copyFiles(program, run, folder);
  const edited = path.join(folder, 'edited');
  const modfile = await applyEdits(program, run, edited);
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=${linkerFlags}`, ...modfile];
  await compile(program, run, flags, path.join(folder, program.name), progress);
  await fs.rm(edited, { recursive: true, force: true });
}

/** Compiles a program to `output`, and tells how many of the packages that Go's cache lacks are done. */
async function compile(
  { command }: Program,
  run: GoOptions,
  flags: readonly string[],
  output: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const stale = await go(['list', '-deps', '-f={{if .Stale}}{{.ImportPath}}{{end}}', ...flags, command], run);
  const total = stale.split('\n').filter(Boolean).length;
  let done = 0;
  progress(done, total);
  // With -v, go names each package as it compiles it.
  const onLine = (line: string) => {
    if (line.startsWith('go: ') || line.startsWith('#')) return;
    done = Math.min(done + 1, total);
    progress(done, total);
  };
  await go(['build', '-v', ...flags, '-o', output, command], { ...run, onLine });
}

/**
 * Copies the module, edits the copy, and returns the flag that makes `go` use it. (`-overlay` would do without the
 * copy, but is refused for files in Go's module cache.)
 */
async function applyEdits({ versionOf, edits }: Program, run: GoOptions, folder: string): Promise<string[]> {
  if (!versionOf || !edits) return [];
  const copy = path.join(folder, 'module');
  await copyFolder(await moduleFolder(versionOf, run), copy);
  for (const { file, from, to } of edits) {
    const edited = path.join(copy, file);
    const parts = (await fs.readFile(edited, 'utf8')).split(from);
    if (parts.length !== 2) {
      throw new BuildFailure('compile', `${versionOf}/${file}: want ${from} once, found it ${parts.length - 1} times`);
    }
    await fs.writeFile(edited, parts.join(to));
  }
  const goMod = await fs.readFile(path.join(run.cwd, 'go.mod'), 'utf8');
  await fs.writeFile(path.join(folder, 'go.mod'), `${goMod}\nreplace ${versionOf} => ${copy}\n`);
  await fs.copyFile(path.join(run.cwd, 'go.sum'), path.join(folder, 'go.sum'));
  return [`-modfile=${path.join(folder, 'go.mod')}`];
}

async function copyFiles({ versionOf, files }: Program, run: GoOptions, to: string): Promise<void> {
  if (!versionOf || !files) return;
  const module = await moduleFolder(versionOf, run);
  for (const folder of files) await copyFolder(path.join(module, folder), path.join(to, folder));
}

/** Copies a folder's files, but not their modes: the module cache is read-only, and such a copy could not be removed again. */
async function copyFolder(from: string, to: string): Promise<void> {
  for (const entry of await fs.readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = path.join(entry.parentPath, entry.name);
    const target = path.join(to, path.relative(from, source));
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.copyFile(source, target);
    await fs.chmod(target, 0o644);
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
