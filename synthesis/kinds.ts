/*
 * What is true of each kind that environments consist of: one row per kind, and one per service whose controller serves it.
 * This is the only place that knows. imports/, charts/, synthesis/ and sandbox/ read it; make synth writes what argocd/ needs
 * of it, and docs/kinds.md; test/synthesis/kinds.test.ts names every other place that a new row needs something in.
 *
 * It imports nothing.
 */

/** An AWS service as ACK serves it, in API group `<service>.services.k8s.aws`. */
export interface Service {
  /** Whose controller serves it: ACK's own (`official`), or the one of controllers/ (`ours`). */
  readonly controller: 'official' | 'ours';
  /** The official controller's release in production: argocd/overlays/self-managed installs its chart and CRDs. */
  readonly production?: string;
  /**
   * What serves it in the sandbox: the official controller's release that is built there (sandbox/programs), or our stand-in
   * (controllers/cmd/standins), where the official one is not served as a Go module.
   */
  readonly sandbox?: string;
  /** How long drift made by hand in AWS may live, in seconds: shorter where a person's change opens a door or stops jobs. */
  readonly resyncSeconds: number;
  /**
   * Whether its controller wakes what waits for its objects and deletes none that another object uses. Then who refers to
   * them may be in the same sync wave; each wave costs Argo CD a second.
   */
  readonly sharesWaves?: boolean;
}

export const standIn = 'stand-in';

/** The services whose controllers run. Versions of the official ones: https://github.com/aws-controllers-k8s. */
export const services = {
  s3: { controller: 'official', production: '1.10.0', sandbox: '1.3.2', resyncSeconds: 600 },
  dynamodb: { controller: 'official', production: '1.9.2', sandbox: standIn, resyncSeconds: 600 },
  ecr: { controller: 'official', production: '1.8.1', sandbox: standIn, resyncSeconds: 600 },
  ec2: { controller: 'official', production: '1.11.1', sandbox: '1.11.1', resyncSeconds: 300 },
  iam: { controller: 'official', production: '1.8.1', sandbox: '1.7.2', resyncSeconds: 300 },
  batch: { controller: 'ours', resyncSeconds: 300, sharesWaves: true },
  sfn: { controller: 'official', production: '1.4.2', sandbox: standIn, resyncSeconds: 600 },
  budgets: { controller: 'ours', resyncSeconds: 600 },
  // Serves no kind: it empties Buckets before the s3 controller deletes them.
  'bucket-emptier': { controller: 'ours', resyncSeconds: 600 },
} as const satisfies Readonly<Record<string, Service>>;

/** A kind of object that environments may consist of. Fields are named without `spec.`. */
export interface Kind {
  readonly kind: string;
  /** The API group; `''` is Kubernetes' core. */
  readonly group: string;
  /** The field that holds its name in AWS, and so in its ARN. Absent where AWS gives an id instead. */
  readonly name?: string;
  /** What its ARN looks like; the first group of the expression is the name. */
  readonly arn?: RegExp;
  /** The fields that refer to other objects (`from.name`), wherever they stand in the object → the kind they refer to. */
  readonly references?: Readonly<Record<string, string>>;
  /** Whether texts and JSON in it refer to objects by ARN, because it has no reference fields. */
  readonly refersByArn?: boolean;
  /** The field with its tags: a map, or a list of key and value. Undefined where AWS has none; never left out by oversight. */
  readonly tags: string | undefined;
  /** Whether it has the tag Service, as the CDK stack gave it to data, network and orchestration. */
  readonly serviceTag?: boolean;
  /** Whether it holds data that an environment may have to keep. */
  readonly data?: boolean;
  /** How long AWS takes to make one, in seconds: the order of magnitude. Absent where it is there at once. */
  readonly creationSeconds?: number;
  /** The fields that AWS cannot change in place. A change is refused by the API server, or the controller ignores it. */
  readonly immutable?: readonly string[];
  /** Whether any change makes a new revision in AWS, which jobs that run do not see. */
  readonly revisions?: boolean;
}

const ack = (service: keyof typeof services) => `${service}.services.k8s.aws`;

/** Every kind that environments may consist of. */
export const kinds: readonly Kind[] = [
  // Kubernetes' and ACK's own.
  { kind: 'Namespace', group: '', tags: undefined },
  { kind: 'ConfigMap', group: '', tags: undefined },
  { kind: 'FieldExport', group: 'services.k8s.aws', tags: undefined },

  // Data.
  {
    kind: 'Bucket',
    group: ack('s3'),
    name: 'name',
    arn: /^arn:[^:]+:s3:::([^/:]+)/,
    tags: 'tagging.tagSet',
    serviceTag: true,
    data: true,
    immutable: ['name'],
  },
  {
    kind: 'Table',
    group: ack('dynamodb'),
    name: 'tableName',
    arn: /^arn:[^:]+:dynamodb:[^:]+:\d+:table\/([^/]+)/,
    tags: 'tags',
    serviceTag: true,
    data: true,
    creationSeconds: 10,
    immutable: ['tableName', 'keySchema'],
  },
  {
    kind: 'Repository',
    group: ack('ecr'),
    name: 'name',
    arn: /^arn:[^:]+:ecr:[^:]+:\d+:repository\/(.+)$/,
    tags: 'tags',
    serviceTag: true,
    data: true,
    immutable: ['name', 'registryID', 'encryptionConfiguration'],
  },

  // Network. EC2 has no call that changes these fields: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html.
  { kind: 'VPC', group: ack('ec2'), tags: 'tags', serviceTag: true, immutable: ['cidrBlocks', 'instanceTenancy'] },
  {
    kind: 'InternetGateway',
    group: ack('ec2'),
    references: { vpcRef: 'VPC' },
    tags: 'tags',
    serviceTag: true,
  },
  {
    kind: 'RouteTable',
    group: ack('ec2'),
    references: { vpcRef: 'VPC', gatewayRef: 'InternetGateway', natGatewayRef: 'NATGateway' },
    tags: 'tags',
    serviceTag: true,
    immutable: ['vpcRef'],
  },
  {
    kind: 'Subnet',
    group: ack('ec2'),
    references: { vpcRef: 'VPC', routeTableRefs: 'RouteTable' },
    tags: 'tags',
    serviceTag: true,
    immutable: ['vpcRef', 'cidrBlock', 'availabilityZone', 'ipv6Native'],
  },
  {
    kind: 'ElasticIPAddress',
    group: ack('ec2'),
    tags: 'tags',
    serviceTag: true,
    immutable: ['networkBorderGroup', 'publicIPv4Pool'],
  },
  {
    kind: 'NATGateway',
    group: ack('ec2'),
    references: { subnetRef: 'Subnet', allocationRef: 'ElasticIPAddress' },
    tags: 'tags',
    serviceTag: true,
    creationSeconds: 100,
    immutable: ['subnetRef', 'allocationRef', 'connectivityType', 'availabilityMode'],
  },
  {
    kind: 'SecurityGroup',
    group: ack('ec2'),
    references: { vpcRef: 'VPC' },
    tags: 'tags',
    serviceTag: true,
    immutable: ['name', 'description', 'vpcRef'],
  },
  {
    kind: 'VPCEndpoint',
    group: ack('ec2'),
    references: { vpcRef: 'VPC', routeTableRefs: 'RouteTable' },
    tags: 'tags',
    serviceTag: true,
    creationSeconds: 60,
    immutable: ['vpcRef', 'serviceName', 'vpcEndpointType', 'serviceNetworkARN', 'serviceRegion'],
  },

  // Rights.
  {
    kind: 'Role',
    group: ack('iam'),
    name: 'name',
    arn: /^arn:[^:]+:iam::\d+:role\/([^/]+)$/,
    tags: 'tags',
    immutable: ['name', 'path'],
  },

  // Batch.
  {
    kind: 'ComputeEnvironment',
    group: ack('batch'),
    name: 'name',
    arn: /^arn:[^:]+:batch:[^:]+:\d+:compute-environment\/([^/]+)$/,
    references: { serviceRoleRef: 'Role', subnetRefs: 'Subnet', securityGroupRefs: 'SecurityGroup' },
    tags: 'tags',
    creationSeconds: 15,
    // computeResources.type may change between FARGATE and FARGATE_SPOT only.
    immutable: ['name', 'type', 'eksConfiguration', 'computeResources.type'],
  },
  {
    kind: 'JobQueue',
    group: ack('batch'),
    name: 'name',
    arn: /^arn:[^:]+:batch:[^:]+:\d+:job-queue\/([^/]+)$/,
    references: { computeEnvironmentRef: 'ComputeEnvironment' },
    tags: 'tags',
    creationSeconds: 15,
    immutable: ['name', 'jobQueueType'],
  },
  {
    kind: 'JobDefinition',
    group: ack('batch'),
    name: 'name',
    arn: /^arn:[^:]+:batch:[^:]+:\d+:job-definition\/([^/:]+)/,
    references: { executionRoleRef: 'Role', jobRoleRef: 'Role' },
    tags: 'tags',
    immutable: ['name'],
    revisions: true,
  },

  // Orchestration.
  {
    kind: 'StateMachine',
    group: ack('sfn'),
    name: 'name',
    arn: /^arn:[^:]+:states:[^:]+:\d+:stateMachine:([^:]+)/,
    refersByArn: true,
    tags: 'tags',
    serviceTag: true,
    immutable: ['name', 'type_'],
  },

  // Cost.
  { kind: 'Budget', group: ack('budgets'), name: 'name', tags: 'tags', immutable: ['name', 'budgetType'] },
];

/** What is true of a kind; undefined for one that is not in the table. Kinds are named alone: no two groups share one. */
export function kindOf(kind: string): Kind | undefined {
  return byName.get(kind);
}

const byName = new Map(kinds.map((row) => [row.kind, row]));

/** The service of an API group of AWS resources: `s3` of `s3.services.k8s.aws`; undefined for other groups. */
export function serviceOf(group: string): string | undefined {
  return /^([a-z0-9-]+)\.services\.k8s\.aws$/.exec(group)?.[1];
}

/** @throws Error when there is no service of that name. */
export function serviceNamed(name: string): Service {
  const service = (services as Readonly<Record<string, Service>>)[name];
  if (service === undefined) throw new Error(`${name} is no service of synthesis/kinds.ts`);
  return service;
}

/** The services that ACK's own controllers serve, in the table's order. */
export function officialServices(table: Readonly<Record<string, Service>> = services): string[] {
  return Object.keys(table).filter((service) => table[service]?.controller === 'official');
}

/** The services whose official controller the sandbox builds: those that no stand-in serves there. */
export function builtServices(table: Readonly<Record<string, Service>> = services): string[] {
  return officialServices(table).filter((service) => table[service]?.sandbox !== standIn);
}
