import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { EnvironmentInput } from '../environments/schema';

const root = join(__dirname, '..');
const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');

/** The file `environments/<name>.ts` of an environment, as a person would have written it. */
export function environmentFile(env: EnvironmentInput): string {
  const input = `import type { EnvironmentInput } from './schema';

export const ${env.name}: EnvironmentInput = ${JSON.stringify(env)};`;
  // As a program: prettier's module loads its parsers in a way that jest does not support.
  const args = [prettier, '--stdin-filepath', join(root, 'environments', `${env.name}.ts`)];
  return execFileSync(process.execPath, args, { cwd: root, input, encoding: 'utf8' });
}

/** The file `environments/index.ts` that lists environments of these names. */
export function indexFile(names: readonly string[]): string {
  const imports = names.map((name) => `import { ${name} } from './${name}';\n`);
  return `${imports.join('')}\nexport const environments = [${names.join(', ')}];\n`;
}
