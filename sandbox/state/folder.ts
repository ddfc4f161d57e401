import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { Expected } from '../expected';

/** The checkout that the sandbox runs from. */
export const checkout = path.join(__dirname, '..', '..');

/** The sandbox of a user who names none. */
export const defaultName = 'default';

/** Where one sandbox keeps everything it needs to go on tomorrow: `.sandbox/<name>/` in the checkout. */
export class Folder {
  readonly root: string;

  /**
   * @param base folder of all sandboxes
   * @throws Expected for a name that cannot be a folder, a git remote or part of a host name
   */
  constructor(
    readonly name: string,
    readonly base = path.join(checkout, '.sandbox'),
  ) {
    if (!/^[a-z][a-z0-9-]{0,29}$/.test(name)) {
      const rule = "a sandbox's name is 1 to 30 lower-case letters, digits and hyphens, and starts with a letter";
      throw new Expected('usage', `SANDBOX=${name}: ${rule}`);
    }
    this.root = path.join(base, name);
  }

  /** What the user types to have something done to this sandbox: `make up`, or `SANDBOX=name make up`. */
  make(goal: string): string {
    return this.name === defaultName ? `make ${goal}` : `SANDBOX=${this.name} make ${goal}`;
  }

  /** A path below the folder. */
  path(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** The log file of a part. */
  log(part: string): string {
    return this.path('logs', `${part}.log`);
  }

  /**
   * A Unix socket of a part. It lies in the system's folder for temporary files, because a socket's path may have 100 bytes or
   * so, and a checkout's may be longer.
   */
  socket(part: string): string {
    return path.join(os.tmpdir(), `${this.socketPrefix()}${part}.sock`);
  }

  private socketPrefix(): string {
    return `sanders-${createHash('sha256').update(this.root).digest('hex').slice(0, 16)}-`;
  }

  /** Makes the folder and the ones below it that parts expect; only the user may look inside. */
  async create(...below: string[]): Promise<void> {
    for (const folder of [[], ...below.map((one) => [one])]) {
      await fs.mkdir(this.path(...folder), { recursive: true, mode: 0o700 });
    }
  }

  /** Removes the folder with all that is in it, and the sockets. */
  async remove(): Promise<void> {
    for (const file of await fs.readdir(os.tmpdir())) {
      if (file.startsWith(this.socketPrefix())) await fs.rm(path.join(os.tmpdir(), file), { force: true });
    }
    await fs.rm(this.root, { recursive: true, force: true });
  }
}

/** Writes a file that only the user may read, in one step: a reader sees the old content or the new. */
export async function writePrivate(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await fs.writeFile(temporary, content, { mode: 0o600 });
  await fs.rename(temporary, file);
}

/** A file's content, or undefined when there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}
