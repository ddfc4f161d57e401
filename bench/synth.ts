/**
 * How long synthesis takes: `npm run bench`, or `npm run bench -- --json`.
 *
 * Times are medians of runs that alternate, so that what else the machine does touches all alike; read the ratios. With
 * `--environments N` it synthesises N generated environments once and prints what that took.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dev } from '../environments/dev';

const root = join(__dirname, '..');
const rounds = 7;
const sizes = [125, 250, 500, 1000];

async function main(): Promise<void> {
  const count = process.argv[process.argv.indexOf('--environments') + 1];
  if (process.argv.includes('--environments')) {
    console.log(JSON.stringify(await synthesizeMany(Number(count))));
    return;
  }
  const commands = measureCommands();
  const scale = sizes.map((environments) => ({ environments, ...child(environments) }));
  if (process.argv.includes('--json')) console.log(JSON.stringify({ commands, scale }, null, 2));
  else print(commands, scale);
}

interface Scale {
  /** Milliseconds for each environment, start-up not counted. */
  readonly msEach: number;
  readonly maxRssMiB: number;
}

async function synthesizeMany(count: number): Promise<Scale> {
  // Here, so that the parent does not load it.
  const { synthesize } = await import('../synthesis/synth');
  const one = await synthesize([dev]); // Start-up: validators, tables, just-in-time compilation.
  const environments = Array.from({ length: count }, (_, i) => ({ ...dev, name: `env${i}` }));
  const start = performance.now();
  const files = await synthesize(environments);
  const ms = performance.now() - start;
  if (files.size !== count * one.size) throw new Error(`expected ${count * one.size} files, got ${files.size}`);
  return { msEach: ms / count, maxRssMiB: process.resourceUsage().maxRSS / 1024 };
}

function child(environments: number): Scale {
  const args = ['--require', 'ts-node/register', __filename, '--environments', String(environments)];
  return JSON.parse(run(process.execPath, args, root)) as Scale;
}

/** Command → median seconds. */
function measureCommands(): Record<string, number> {
  // A cdk8s app that does nothing, with ts-node as ours has it: what is left of ours is our code.
  const empty = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(empty, 'node_modules'));
    writeFileSync(
      join(empty, 'tsconfig.json'),
      '{"compilerOptions":{"module":"commonjs","target":"ES2022"},"ts-node":{"swc":true}}',
    );
    writeFileSync(
      join(empty, 'main.ts'),
      "import { App, Chart } from 'cdk8s'; const app = new App(); new Chart(app, 'empty'); app.synth();",
    );
    const app = ['--require', 'ts-node/register', 'main.ts'];
    const commands: Record<string, () => string> = {
      'node -e "require(\'cdk8s\')"': () => run(process.execPath, ['-e', "require('cdk8s')"], root),
      'an empty cdk8s app': () => run(process.execPath, app, empty),
      'our app': () => run(process.execPath, app, root),
      'npx cdk8s synth': () => run('npx', ['cdk8s', 'synth', '--check-upgrade=false'], root),
    };
    const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, command] of Object.entries(commands)) {
        const start = performance.now();
        command();
        times.get(name)?.push((performance.now() - start) / 1000);
      }
    }
    return Object.fromEntries([...times].map(([name, seconds]) => [name, median(seconds)]));
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function print(commands: Record<string, number>, scale: readonly ({ environments: number } & Scale)[]): void {
  const baseline = Object.values(commands)[0] ?? NaN;
  console.log(
    `Both environments, median of ${rounds} (target: npx cdk8s synth at most 1.5 s, our code at most 0.3 s):`,
  );
  for (const [name, seconds] of Object.entries(commands)) {
    console.log(`  ${name.padEnd(26)} ${seconds.toFixed(2)} s   ${(seconds / baseline).toFixed(1)}×`);
  }
  const ours = (commands['our app'] ?? NaN) - (commands['an empty cdk8s app'] ?? NaN);
  console.log(`  ${'our code (the difference)'.padEnd(26)} ${ours.toFixed(2)} s   ${(ours / baseline).toFixed(1)}×`);
  console.log('Generated environments, after start-up (target: at most 15 ms each, whatever their number):');
  for (const { environments, msEach, maxRssMiB } of scale) {
    console.log(
      `  ${String(environments).padStart(5)}   ${msEach.toFixed(1)} ms each   ${maxRssMiB.toFixed(0)} MiB at most`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(`npm run bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
