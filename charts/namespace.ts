import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Chart } from 'cdk8s';

import { names, type Environment } from '../environments/schema';
import { labels } from './lib/chart';
import { confirmDeletion } from './lib/data-safety';

/** The environment's namespace. Its annotations tell ACK in which account and region everything in it lives. */
export class EnvironmentNamespace extends Chart {
  constructor(scope: Construct, env: Environment) {
    // A namespace is in no namespace, which an EnvironmentChart would give it.
    super(scope, 'namespace', {
      // EKS Capabilities choose the role to assume by the account's label (argocd/overlays/eks-capabilities).
      labels: { ...labels(env, 'namespace'), account: env.account },
    });

    new kplus.Namespace(this, 'namespace', {
      metadata: {
        name: names(env).namespace,
        annotations: {
          // Makes the controllers look up the role to assume for that account, so that an environment never ends
          // up in another account than its own: https://aws-controllers-k8s.github.io/community/docs/user-docs/cross-account-resource-management/.
          'services.k8s.aws/owner-account-id': env.account,
          'services.k8s.aws/default-region': env.region,
          // Whatever is in the namespace goes with it.
          ...(env.retention.data === 'retain' ? confirmDeletion : {}),
        },
      },
    });
  }
}
