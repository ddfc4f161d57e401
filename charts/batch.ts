import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import {
  ComputeEnvironment,
  ComputeEnvironmentSpecComputeResourcesType,
  ComputeEnvironmentSpecState,
  ComputeEnvironmentSpecType,
  JobDefinition,
  JobDefinitionSpecContainerPropertiesLogConfigurationLogDriver as LogDriver,
  JobDefinitionSpecContainerPropertiesNetworkConfigurationAssignPublicIp as AssignPublicIp,
  JobDefinitionSpecContainerPropertiesResourceRequirementsType as ResourceType,
  JobDefinitionSpecPlatformCapabilities,
  JobDefinitionSpecType,
  JobQueue,
  JobQueueSpecState,
} from '../imports/batch.services.k8s.aws';
import { EnvironmentChart, objectName, refTo } from './lib/chart';
import type { Network } from './network';
import type { Roles } from './roles';

/** AWS Batch on Fargate: where jobs run, the queue they wait in, and one definition per job size. */
export class Batch extends EnvironmentChart {
  constructor(scope: Construct, env: Environment, network: Network, roles: Roles) {
    super(scope, 'batch', env);
    const computeEnvironment = this.makeComputeEnvironment(network, roles);
    this.makeQueue(computeEnvironment);
    for (const job of env.batch.jobs) this.makeJobDefinition(job, roles);
  }

  private makeComputeEnvironment(network: Network, roles: Roles): ComputeEnvironment {
    const name = this.names.computeEnvironment;
    return new ComputeEnvironment(this, 'compute-environment', {
      metadata: { name: objectName(name) },
      spec: {
        name,
        type: ComputeEnvironmentSpecType.MANAGED,
        state: ComputeEnvironmentSpecState.ENABLED,
        // A reference, so that the role gets an earlier sync wave and is deleted after the compute environment.
        serviceRoleRef: roles.batchService && refTo(roles.batchService),
        computeResources: {
          type: ComputeEnvironmentSpecComputeResourcesType.FARGATE,
          maxvCpUs: this.env.batch.maxvCpus,
          subnetRefs: network.jobSubnets.map(refTo),
          securityGroupRefs: [refTo(network.securityGroup)],
        },
        tags: this.tags.map(),
      },
    });
  }

  private makeQueue(computeEnvironment: ComputeEnvironment): void {
    const name = this.names.queue;
    new JobQueue(this, 'queue', {
      metadata: { name: objectName(name) },
      spec: {
        name,
        state: JobQueueSpecState.ENABLED,
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: refTo(computeEnvironment) }],
        tags: this.tags.map(),
      },
    });
  }

  private makeJobDefinition(job: Environment['batch']['jobs'][number], roles: Roles): void {
    const { env } = this;
    const name = this.names.job(job.name);
    new JobDefinition(this, `job-${job.name}`, {
      metadata: { name: objectName(name) },
      spec: {
        name,
        type: JobDefinitionSpecType.CONTAINER,
        platformCapabilities: [JobDefinitionSpecPlatformCapabilities.FARGATE],
        // Fargate bills tasks, so they need the tags by which the budget counts.
        propagateTags: true,
        containerProperties: {
          image: `${this.arns.repositoryUri}:${env.batch.imageTag}`,
          // Tells a job where its data is, in every environment. Sorted by name, as AWS returns it.
          environment: [
            { name: 'SANDERS_BUCKET', value: this.names.bucket },
            { name: 'SANDERS_TABLE', value: this.names.table },
          ],
          executionRoleRef: refTo(roles.execution),
          jobRoleRef: refTo(roles.job),
          resourceRequirements: [
            { type: ResourceType.VCPU, value: String(job.vcpu) },
            { type: ResourceType.MEMORY, value: String(job.memoryMiB) },
          ],
          fargatePlatformConfiguration: { platformVersion: 'LATEST' },
          logConfiguration: { logDriver: LogDriver.AWSLOGS },
          // Without NAT, a job can pull its image only from a public address (network.ts: jobSubnets).
          networkConfiguration: {
            assignPublicIp: env.network.natGateways === 0 ? AssignPublicIp.ENABLED : AssignPublicIp.DISABLED,
          },
        },
        tags: this.tags.map(),
      },
    });
  }
}
