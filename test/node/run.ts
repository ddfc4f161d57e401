/**
 * `make test-node`: does what people do first, on each release of Node.js that package.json here pins: synthesis, the
 * checks, and a sandbox from nothing to every part running. Exit codes: 0 success, 1 failure, 130 interrupted.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheFolder, digest, fillOnce } from '../../sandbox/builder/cache';

const root = path.join(__dirname, '..', '..');
const pins = ['package.json', 'package-lock.json'];

/** The folders of the pinned releases' binaries, installed into the user's cache the first time. */
async function releases(): Promise<string[]> {
  const folder = path.join(
    cacheFolder(),
    'node',
    digest(pins.map((file) => fs.readFileSync(path.join(__dirname, file)))),
  );
  await fillOnce(folder, (temporary) => {
    for (const file of pins) fs.copyFileSync(path.join(__dirname, file), path.join(temporary, file));
    execFileSync('npm', ['ci', '--silent'], { cwd: temporary, stdio: ['ignore', 'inherit', 'inherit'] });
    return Promise.resolve();
  });
  const modules = path.join(folder, 'node_modules');
  const names = fs.readdirSync(modules).filter((name) => name.startsWith('node-'));
  return names.sort().map((name) => path.join(modules, name, 'bin'));
}

/** What is tried, in order; the last one leaves nothing running whatever came before. */
const steps: readonly (readonly string[])[] = [
  ['npm', 'run', '--silent', 'synth'],
  ['npm', 'run', '--silent', 'typecheck'],
  ['npm', 'run', '--silent', 'import', '--', '--check'],
  ['npx', '--no-install', 'jest', 'test/charts', 'test/synthesis', 'test/environments', 'test/sandbox'],
  ['make', 'up', 'ARGS=--no-wait'],
  ['make', 'reset'],
];

/** Changes with any byte of dist/. */
function rendered(): string {
  const dist = path.join(root, 'dist');
  const files = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort();
  return digest(
    files.flatMap((file) => {
      const absolute = path.join(dist, file);
      return fs.statSync(absolute).isFile() ? [file, fs.readFileSync(absolute)] : [];
    }),
  );
}

/** Runs the steps with a release's `node` first on PATH and returns the ones that failed. */
function tryOn(bin: string): string[] {
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(path.delimiter), SANDBOX: 'node' };
  return steps.flatMap(([program = '', ...args]) => {
    const command = [program, ...args].join(' ');
    console.error(`$ ${command}`);
    const { status, signal } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
    if (signal === 'SIGINT' || status === 130) process.exit(130);
    return status === 0 ? [] : [command];
  });
}

async function main(): Promise<void> {
  let first: string | undefined;
  for (const bin of await releases()) {
    const version = execFileSync(path.join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim();
    console.error(`\nNode.js ${version}`);
    const failed = tryOn(bin);
    first ??= rendered();
    if (rendered() !== first) failed.push('dist/ differs from what the first release made of it');
    console.log(`Node.js ${version}: ${failed.length === 0 ? 'all passed' : `failed: ${failed.join('; ')}`}`);
    if (failed.length > 0) process.exitCode = 1;
  }
}

void main();
