import type { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import { FieldExport, FieldExportSpecToKind } from '../imports/services.k8s.aws';
import { EnvironmentChart } from './lib/chart';
import type { Network } from './network';

/** What the platform's users need to know: ConfigMap `sanders-outputs`, with the keys of the CDK stack's outputs. */
export class Outputs extends EnvironmentChart {
  constructor(scope: Construct, env: Environment, network: Network) {
    super(scope, 'outputs', env);
    const { names, arns } = this;

    const configMap = new kplus.ConfigMap(this, 'outputs', {
      metadata: { name: names.outputs },
      data: {
        Account: env.account,
        Region: env.region,
        S3BucketName: names.bucket,
        DynamoDBTableName: names.table,
        ECRRepositoryURI: arns.repositoryUri,
        BatchJobQueueName: names.queue,
        StepFunctionsStateMachineName: names.stateMachine,
        StepFunctionsStateMachineARN: arns.stateMachine,
        ...(env.batch.serviceRole === 'own' ? { BatchServiceRoleARN: arns.role(names.batchServiceRole) } : {}),
        ECSTaskExecutionRoleARN: arns.role(names.executionRole),
        BatchJobRoleARN: arns.role(names.jobRole),
        StepFunctionsRoleARN: arns.role(names.stateMachineRole),
        // The first job of an account creates Batch's log group. docs/operations.md says how to apply this to it.
        LogRetentionDays: String(env.retention.logDays),
      },
    });

    // AWS assigns these ids. ACK writes them into the ConfigMap when they are known.
    const output = (key: string, object: ApiObject, path: string) => {
      new FieldExport(this, key, {
        metadata: { name: names.output(key) },
        spec: {
          from: { path, resource: { group: object.apiGroup, kind: object.kind, name: object.name } },
          to: { kind: FieldExportSpecToKind.CONFIGMAP, name: configMap.name, key },
        },
      });
    };
    output('VPCId', network.vpc, '.status.vpcID');
    output('SecurityGroupId', network.securityGroup, '.status.id');
    for (const [i, subnet] of network.publicSubnets.entries())
      output(`PublicSubnet${i + 1}Id`, subnet, '.status.subnetID');
    for (const [i, subnet] of network.privateSubnets.entries())
      output(`PrivateSubnet${i + 1}Id`, subnet, '.status.subnetID');
  }
}
