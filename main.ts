/**
 * The app that `make synth` and `cdk8s synth` run: every environment → dist/<environment>/<chart>.k8s.yaml, if all of it
 * is right, and nothing otherwise; and what the management cluster must be told of kinds and accounts → argocd/, the
 * files named *.generated.yaml.
 *
 * The CLI empties the folder that it tells the app to write to (CDK8S_OUTDIR) before it runs the app, so cdk8s.yaml
 * gives it `.dist`, a link to dist/ which it may remove. Any other folder (`cdk8s synth --output DIR`, `--stdout`) is
 * written as asked.
 */
import { rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { CheckError } from './synthesis/checks';
import { installation } from './synthesis/installation';
import { publish, writeFiles } from './synthesis/publish';
import { synthesize } from './synthesis/synth';
import { environments } from './environments';
import { EnvironmentError, parseEnvironments } from './environments/schema';

const dist = join(__dirname, 'dist');
const link = join(__dirname, '.dist');

const asked = process.env['CDK8S_OUTDIR'];
const elsewhere = asked !== undefined && resolve(asked) !== link;

async function main(): Promise<void> {
  const { written, removed } = publish(elsewhere ? resolve(asked) : dist, await synthesize(environments));
  if (elsewhere) return;
  if (asked !== undefined) {
    rmSync(link, { recursive: true, force: true });
    symlinkSync('dist', link);
  }
  // To standard error: the CLI shows nothing else of what an app says.
  const changes = `${written.length} ${written.length === 1 ? 'file' : 'files'} changed, ${removed.length} removed`;
  console.error(`dist/: ${written.length + removed.length === 0 ? 'nothing changed' : changes}`);
  const changed = writeFiles(__dirname, installation(parseEnvironments(environments)));
  for (const path of changed) console.error(`${path}: changed`);
  if (changed.some((path) => path.startsWith('argocd/')))
    console.error('A person applies argocd/ to the management cluster: docs/installation.md.');
}

main().catch((error: unknown) => {
  const expected = error instanceof EnvironmentError || error instanceof CheckError;
  console.error(expected ? error.message : error);
  if (!elsewhere) console.error('dist/ is unchanged.');
  process.exitCode = 1;
});
