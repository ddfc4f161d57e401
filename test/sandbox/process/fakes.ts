import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Command } from '../../../sandbox/process/child';

export type Behaviour =
  'serve' | 'complain-and-exit' | 'hang' | 'ignore-sigterm' | 'leave-a-child' | 'serve-then-exit' | 'fail-once';

/** A command that behaves as asked: see fake-server.mjs. */
export function fake(behaviour: Behaviour, port: number, file = ''): Command {
  const env = { PATH: process.env['PATH'] ?? '' };
  const script = path.join(__dirname, 'fake-server.mjs');
  return { program: process.execPath, args: [script, behaviour, String(port), file], env, cwd: os.tmpdir() };
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sanders-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** Waits until something is so; fails the test when it takes too long. */
export async function until(what: string, so: () => boolean, limit = 120_000): Promise<void> {
  const deadline = Date.now() + limit;
  while (!so()) {
    if (Date.now() > deadline) throw new Error(`${what}: not so after ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
