import { randomInt } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import * as path from 'node:path';
import { Expected } from '../expected';
import { type Folder, readIfThere, writePrivate } from './folder';

/**
 * Where ports are picked: below the ranges that systems take outgoing connections' ports from (Linux from 32768,
 * macOS from 49152), so that a port is still free when the sandbox comes back.
 */
const range = { from: 20_000, to: 32_000 };

export type Ports = Readonly<Record<string, number>>;

/**
 * A port on 127.0.0.1 for each name: the one that the sandbox had before, else a free one that no other sandbox of
 * this checkout has. Remembers them.
 *
 * @throws Expected when another program holds a port that the sandbox had before
 */
export async function reservePorts(folder: Folder, names: readonly string[]): Promise<Ports> {
  const file = folder.path('ports.json');
  const known = await readPorts(file);
  const others = await portsOfOthers(folder);
  const ports: Record<string, number> = {};
  for (const name of names) {
    const before = known[name];
    if (before !== undefined && !(await isFree(before))) throw occupied(folder, name, before, file);
    ports[name] = before ?? (await pick([...others, ...Object.values(known), ...Object.values(ports)]));
  }
  await writePrivate(file, `${JSON.stringify({ ...known, ...ports }, undefined, 2)}\n`);
  return ports;
}

function occupied(folder: Folder, part: string, port: number, file: string): Expected {
  return new Expected(
    'failure',
    `${part}: port ${port} is in use by another program. Stop that program (\`ss -ltnp 'sport = :${port}'\` names it), ` +
      `or remove ${file} to have new ports picked, and run \`${folder.make('up')}\` again.`,
  );
}

/** The ports that a sandbox has; none before its first start. */
export async function readPorts(file: string): Promise<Ports> {
  return JSON.parse((await readIfThere(file)) ?? '{}') as Ports;
}

async function portsOfOthers(folder: Folder): Promise<number[]> {
  const names = await fs.readdir(folder.base).catch(() => []);
  const all = await Promise.all(names.map((name) => readPorts(path.join(folder.base, name, 'ports.json'))));
  return all.flatMap((ports) => Object.values(ports));
}

async function pick(taken: readonly number[]): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(range.from, range.to);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${range.from} and ${range.to}: 200 were tried`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
