import { names, type Environment, type Names } from '../../environments/schema';

/**
 * The ARNs of an environment's resources, for the places where ACK takes no reference: IAM policies, the state
 * machine's role and definition. They are known before the resources exist, because the names are ours.
 */
export class Arns {
  private readonly names: Names;

  constructor(private readonly env: Environment) {
    this.names = names(env);
  }

  /** S3 buckets are global: their ARN names neither region nor account. */
  get bucket(): string {
    return `arn:${this.env.partition}:s3:::${this.names.bucket}`;
  }

  get table(): string {
    return this.regional('dynamodb', `table/${this.names.table}`);
  }

  /** No ARN, but as fixed as one: the address that images are pushed to and pulled from. */
  get repositoryUri(): string {
    const { account, partition, region } = this.env;
    const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    return `${account}.dkr.ecr.${region}.${domain}/${this.names.repository}`;
  }

  get queue(): string {
    return this.regional('batch', `job-queue/${this.names.queue}`);
  }

  get stateMachine(): string {
    return this.regional('states', `stateMachine:${this.names.stateMachine}`);
  }

  /** The job definition of a job size, without a revision: whoever uses it gets the newest. */
  jobDefinition(size: string): string {
    return this.regional('batch', `job-definition/${this.names.job(size)}`);
  }

  role(name: string): string {
    return `arn:${this.env.partition}:iam::${this.env.account}:role/${name}`;
  }

  /** What no role of the platform gets beyond, whatever its policies say: argocd/iam/boundary, made by bootstrap.sh. */
  get permissionsBoundary(): string {
    return `arn:${this.env.partition}:iam::${this.env.account}:policy/sanders-boundary`;
  }

  /** A managed policy of AWS, e.g. `service-role/AWSBatchServiceRole`. */
  awsPolicy(name: string): string {
    return `arn:${this.env.partition}:iam::aws:policy/${name}`;
  }

  /** An ARN in the environment's account and region. */
  regional(service: string, resource: string): string {
    return `arn:${this.env.partition}:${service}:${this.env.region}:${this.env.account}:${resource}`;
  }
}
