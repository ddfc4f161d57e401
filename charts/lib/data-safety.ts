import type { Environment } from '../../environments/schema';

/**
 * The annotations that decide what becomes of data when its manifest goes.
 *
 * `retain`: ACK leaves the AWS resource alone, and Argo CD asks before it removes the object
 * (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#resource-pruning-with-confirmation). When the manifest comes
 * back, ACK takes the resource over again, where it would otherwise refuse one that it has not made
 * (https://aws-controllers-k8s.github.io/docs/guides/adoption).
 *
 * `delete`: the resource goes with its contents. AWS deletes no full bucket and no full repository, so `whenDeleted`
 * says how the contents go first.
 */
export function dataAnnotations(
  env: Environment,
  whenDeleted: Readonly<Record<string, string>> = {},
): Record<string, string> {
  if (env.retention.data === 'delete') return { 'services.k8s.aws/deletion-policy': 'delete', ...whenDeleted };
  return {
    'services.k8s.aws/deletion-policy': 'retain',
    'services.k8s.aws/adoption-policy': 'adopt-or-create',
    ...confirmDeletion,
  };
}

/** Argo CD neither prunes nor deletes the object before somebody confirms it. */
export const confirmDeletion = { 'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm' };
