import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Chart } from 'cdk8s';

import { names, type Environment } from '../environments/schema';
import { labels } from './lib/chart';
import { confirmDeletion } from './lib/data-safety';

/** The environment's namespace. Its annotations tell ACK in which account and region everything in it lives. */
export class EnvironmentNamespace extends Chart {
  constructor(scope: Construct, env: Environment) {
    // Not an EnvironmentChart, which puts its objects into the environment's namespace; a namespace is in none.
    super(scope, 'namespace', {
      // EKS Capabilities choose the role to assume by the label `account` (argocd/overlays/eks-capabilities).
      labels: { ...labels(env, 'namespace'), account: env.account },
    });

    new kplus.Namespace(this, 'namespace', {
      metadata: {
        name: names(env).namespace,
        annotations: {
          // Makes the controllers assume a role in this account, so that an environment never ends up in any other:
          // https://aws-controllers-k8s.github.io/community/docs/user-docs/cross-account-resource-management/.
          'services.k8s.aws/owner-account-id': env.account,
          'services.k8s.aws/default-region': env.region,
          // Deleting a namespace deletes everything in it.
          ...(env.retention.data === 'retain' ? confirmDeletion : {}),
        },
      },
    });
  }
}
