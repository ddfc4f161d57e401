import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from './command';
import { BuildFailure, classify, remedy } from './failure';

/** The oldest release that our own Go code works with. The programs are built with the one that `toolchain` names. */
const oldest = { major: 1, minor: 26 };

/** Its go.mod names the release that all of the sandbox's programs are built with. */
const clusterModule = path.join(__dirname, '..', 'programs', 'cluster');

/**
 * The release that all of the sandbox's programs are built with, such as `go1.27.3`: the same on every machine, and one
 * for all of them, so that what they share is compiled once. `go` itself fetches it where it is not installed.
 *
 * @throws BuildFailure when the file that names it is missing
 */
export async function toolchain(): Promise<string> {
  return (await readGoMod(clusterModule)).toolchain;
}

export interface GoOptions {
  /** Folder of the module. */
  readonly cwd: string;
  /** Value of GOTOOLCHAIN. */
  readonly toolchain: string;
  /** Ends the command. */
  readonly signal?: AbortSignal;
  /** Called for each line on standard error. */
  readonly onLine?: (line: string) => void;
}

/**
 * Lets the compiler's heap grow to five times what is in use, where there is memory for it: that saves a tenth of the
 * time. The largest package, EC2's SDK, then takes 3 GB.
 */
const collector = os.totalmem() < 12 * 2 ** 30 ? {} : { GOGC: '400' };

/**
 * Runs `go` the same way everywhere: no cgo (no C compiler is required, and the binaries are static), no
 * workspace, and the toolchain that is asked for and no other.
 */
export async function go(args: readonly string[], options: GoOptions): Promise<string> {
  const env = { ...collector, ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOTOOLCHAIN: options.toolchain };
  const done = await run('go', args, { ...options, env }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new BuildFailure('go-missing', `go: not found on PATH. ${remedy['go-missing']}`);
  });
  if (done.code === 0) return done.stdout;
  const command = `cd ${options.cwd} && CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=${options.toolchain} go ${args.join(' ')}`;
  if (options.signal?.aborted) throw new BuildFailure('interrupted', `Interrupted: ${command}\n${remedy.interrupted}`);
  const reason = classify(done.stderr);
  const last = done.stderr.trimEnd().split('\n').slice(-20).join('\n');
  throw new BuildFailure(
    reason,
    `Failed (${done.signal ?? `exit ${done.code}`}): ${command}\n${last}\n${remedy[reason]}`,
  );
}

/** Throws BuildFailure when the machine's own `go` is missing or too old. */
export async function requireGo(signal?: AbortSignal): Promise<void> {
  const version = (await go(['env', 'GOVERSION'], { cwd: clusterModule, toolchain: 'local', signal })).trim();
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) < oldest.major || (Number(major) === oldest.major && Number(minor) < oldest.minor)) {
    throw new BuildFailure('go-too-old', `go: found ${version || 'an unknown version'}. ${remedy['go-too-old']}`);
  }
}

/** What a program's go.mod says: the toolchain to build with, and the version of a module. */
export interface GoMod {
  readonly toolchain: string;
  readonly versionOf: (module: string) => string;
}

/** Reads a module's go.mod. `local` is the toolchain where it names none: the machine's own Go. Throws BuildFailure. */
export async function readGoMod(folder: string): Promise<GoMod> {
  const file = path.join(folder, 'go.mod');
  const text = await fs.readFile(file, 'utf8').catch(() => {
    throw new BuildFailure('source-missing', `${file}: not there. ${remedy['source-missing']}`);
  });
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return {
    toolchain: lines.find(([keyword]) => keyword === 'toolchain')?.[1] ?? 'local',
    versionOf: (module) => {
      const words = lines.find((line) => line.includes(module) && !line.includes('=>') && !line.includes('tool'));
      const version = words?.[words.indexOf(module) + 1];
      if (!version?.startsWith('v')) throw new BuildFailure('source-missing', `${file}: does not require ${module}.`);
      return version.slice(1);
    },
  };
}

/** Folder of a module that the module in `options.cwd` requires; fetched first when the machine does not have it. */
export async function moduleFolder(module: string, options: GoOptions): Promise<string> {
  await go(['mod', 'download', module], options);
  return (await go(['list', '-mod=readonly', '-m', '-f={{.Dir}}', module], options)).trim();
}
