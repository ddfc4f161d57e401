import * as fs from 'node:fs';
import * as path from 'node:path';
import { blocksOf } from './document';
import { type Result, explanation, run } from './session';
import { withTools } from './tools';

/**
 * The commands that README.md and docs/usage.md print, run as they stand there against the sandbox that the environment points at
 * (`eval "$(make -s env)"`).
 */
const root = path.join(__dirname, '..', '..');
const timeout = 5 * 60_000;

describe.each(['README.md', 'docs/usage.md'])('%s', (document) => {
  const blocks = blocksOf(fs.readFileSync(path.join(root, document), 'utf8'));
  let results: Result[];

  beforeAll(async () => {
    for (const variable of ['AWS_ENDPOINT_URL', 'KUBECONFIG'])
      if (!process.env[variable]) throw new Error(`${variable} is not set: eval "$(make -s env)" points at a sandbox`);
    results = await run(blocks, { folder: root, env: withTools(process.env), timeout });
  }, 2 * timeout);

  test.each(blocks.map((block, i) => [`line ${block.line}: ${block.code.split('\n')[0]}`, i]))('%s', (_, i) => {
    const result = results[i];
    if (result?.outcome !== 'passed') throw new Error(result && explanation(result));
  });
});
