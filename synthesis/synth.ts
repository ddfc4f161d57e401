import { parseEnvironments, type EnvironmentInput } from '../environments/schema';
import { check, CheckError } from './checks';
import { render } from './render';

/**
 * Everything that belongs into dist/: path → content.
 *
 * @throws EnvironmentError when an environment has a mistake.
 * @throws CheckError when a manifest breaks a rule.
 */
export async function synthesize(inputs: readonly EnvironmentInput[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const violations = [];
  for (const env of parseEnvironments(inputs)) {
    const rendered = render(env);
    violations.push(...(await check(rendered)));
    for (const [path, content] of rendered.files) files.set(path, content);
  }
  if (violations.length > 0) throw new CheckError(violations);
  return files;
}
