import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Program } from './catalog';
import { BuildFailure } from './failure';
import { type GoOptions, go, moduleFolder } from './go';

/** Puts a program's binary and files into a folder. */
export async function fillFolder(
  program: Program,
  run: GoOptions,
  linkerFlags: string,
  folder: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  await copyFiles(program, run, folder);
  const edited = path.join(folder, 'edited');
  const modfile = await applyEdits(program, run, edited);
  const flags = [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    // What debuggers need. The linker would leave it out anyway (-w), and it takes the compiler a twelfth of its time.
    '-gcflags=all=-dwarf=false',
    `-ldflags=${linkerFlags}`,
    ...modfile,
  ];
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

/** Copies files, but not their modes: the module cache is read-only, and such a copy could not be removed again. */
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
