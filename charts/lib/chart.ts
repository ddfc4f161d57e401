import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';

import { platform, names, type Environment, type Names } from '../../environments/schema';
import { Arns } from './arns';
import { Tags } from './tags';

/** One concern of one environment. Its id is the file's name: `dist/<environment>/<id>.k8s.yaml`. */
export abstract class EnvironmentChart extends Chart {
  protected readonly names: Names;
  protected readonly arns: Arns;
  protected readonly tags: Tags;

  constructor(
    scope: Construct,
    id: string,
    protected readonly env: Environment,
  ) {
    super(scope, id, {
      namespace: names(env).namespace,
      labels: labels(env, id),
    });
    this.names = names(env);
    this.arns = new Arns(env);
    this.tags = new Tags(env);
  }
}

/** The labels of every object: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/. */
export function labels(env: Environment, component: string): Record<string, string> {
  // Not app.kubernetes.io/instance: Argo CD may track its resources by it.
  return {
    'app.kubernetes.io/name': platform,
    'app.kubernetes.io/part-of': platform,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'argocd',
    environment: env.name,
  };
}

/** The name of the Kubernetes object for a resource of that name in AWS, which may hold what a DNS name may not: `a_B/c` → `a-b-c`. */
export function objectName(awsName: string): string {
  return awsName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** A reference to another object of the environment, as ACK's `…Ref` fields take it. */
export function refTo(object: ApiObject): { readonly from: { readonly name: string } } {
  return { from: { name: object.name } };
}
