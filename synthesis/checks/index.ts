import type { Rendered } from '../render';
import { checkData } from './data';
import { checkIam } from './iam';
import { checkNames } from './names';
import { checkReferences } from './references';
import { checkSchema } from './schema';
import { checkSecurity } from './security';
import { checkStatesLanguage } from './states-language';
import { checkSteady } from './steady';
import type { Check, Violation } from './violation';

export { CheckError, type Violation } from './violation';

/** Every check of what has been synthesised. */
const checks: readonly Check[] = [
  checkSchema,
  checkNames,
  checkReferences,
  checkSteady,
  checkSecurity,
  checkData,
  checkIam,
  checkStatesLanguage,
];

/** What is wrong with an environment's manifests, worst first: what AWS or Kubernetes would refuse before what we do. */
export async function check(rendered: Rendered): Promise<Violation[]> {
  const found = await Promise.all(checks.map(async (run) => run(rendered)));
  return found.flat();
}
