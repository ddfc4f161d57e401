import { check, CheckError } from '../../../charts/checks';
import type { EnvironmentInput } from '../../../environments/schema';
import { environments } from '../../../environments';
import { everything, minimal } from '../../fixtures';
import { rendered } from '../rendered';

/** Changes the only object of a kind, or the first. */
type Change = (manifest: any) => void;

/** What `check` finds when the first object of `kind` is changed so: `object: field: rule`. */
async function violationsOf(kind: string, change: Change, env: EnvironmentInput = minimal): Promise<string[]> {
  const original = rendered(env);
  const manifests = JSON.parse(JSON.stringify(original.manifests)) as typeof original.manifests;
  const manifest = manifests.find((candidate) => candidate.kind === kind);
  if (manifest === undefined) throw new Error(`no ${kind}`);
  change(manifest);
  const violations = await check({ ...original, manifests });
  for (const { fix } of violations) expect(fix).toMatch(/.{15}/);
  return violations.map(({ object, field, rule }) => `${object}: ${field}: ${rule}`);
}

/** Changes an IAM policy of a role. */
const inPolicy =
  (field: string, change: (statement: any) => void): Change =>
  ({ spec }) => {
    const policies = field === 'assumeRolePolicyDocument' ? spec : spec.inlinePolicies;
    const document = JSON.parse(policies[field]);
    change(document.Statement[0]);
    policies[field] = JSON.stringify(document);
  };

const inDefinition =
  (change: (definition: any) => void): Change =>
  ({ spec }) => {
    const definition = JSON.parse(spec.definition);
    change(definition);
    spec.definition = JSON.stringify(definition);
  };

const prod = environments[1] as EnvironmentInput;

describe('what the charts make', () => {
  it.each([minimal, everything, ...environments])('of $name breaks no rule', async (env) => {
    expect(await check(rendered(env))).toEqual([]);
  });
});

describe('a violation of', () => {
  interface Case {
    readonly reason: string;
    readonly kind: string;
    readonly change: Change;
    readonly env?: EnvironmentInput;
    readonly says: string | RegExp;
  }

  const groups: Record<string, Record<string, Case>> = {
    schema: {
      'a field that the CRD lacks': {
        reason: 'the API server would drop it',
        kind: 'Bucket',
        change: ({ spec }) => (spec.versioning.state = 'Enabled'),
        says: 'minimal Bucket/sanders-customer-platform-minimal: spec.versioning.state: the CRD has no such field',
      },
      'a type': {
        reason: 'the API server would refuse it',
        kind: 'JobQueue',
        change: ({ spec }) => (spec.priority = '1'),
        says: /minimal JobQueue\/sanders-batch-queue-minimal: spec\.priority: .*Expected "integer"/,
      },
      'a required field': {
        reason: 'the API server would refuse it',
        kind: 'Table',
        change: ({ spec }) => delete spec.keySchema,
        says: /minimal Table\/.*: spec: .*keySchema/,
      },
      'an enum in a list': {
        reason: 'the API server would refuse it',
        kind: 'JobDefinition',
        change: ({ spec }) => (spec.containerProperties.resourceRequirements[1].type = 'RAM'),
        says: /JobDefinition\/.*: spec\.containerProperties\.resourceRequirements\[1\]\.type: Instance does not match any of \["GPU",/,
      },
      'a spec': {
        reason: 'the API server would refuse it',
        kind: 'VPC',
        change: (manifest) => delete manifest.spec,
        says: /minimal VPC\/.*: spec: Instance does not have required property "cidrBlocks"/,
      },
      'a kind that is not imported': {
        reason: 'nothing knows its fields',
        kind: 'VPC',
        change: (manifest) => (manifest.apiVersion = 'ec2.services.k8s.aws/v2'),
        says: 'minimal VPC/sanders-customer-platform-vpc-minimal: kind: ec2.services.k8s.aws/v2/VPC is not imported',
      },
    },
    names: {
      'a DNS name': {
        reason: 'Kubernetes refuses underscores',
        kind: 'Budget',
        change: ({ metadata }) => (metadata.name = 'my_budget'),
        says: /minimal Budget\/my_budget: metadata\.name: must be a DNS name/,
      },
      uniqueness: {
        reason: 'one object would overwrite the other',
        kind: 'JobDefinition',
        change: (manifest) =>
          Object.assign(manifest, {
            kind: 'JobQueue',
            metadata: { ...manifest.metadata, name: 'sanders-batch-queue-minimal' },
          }),
        says: 'minimal JobQueue/sanders-batch-queue-minimal: metadata.name: another object of this kind has the name',
      },
      'the namespace': {
        reason: "the AppProject admits only the environment's own",
        kind: 'Bucket',
        change: ({ metadata }) => (metadata.namespace = 'default'),
        says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.namespace: must be sanders-minimal, found default',
      },
      'no namespace where none belongs': {
        reason: 'a namespace is in no namespace',
        kind: 'Namespace',
        change: ({ metadata }) => (metadata.namespace = 'default'),
        says: 'minimal Namespace/sanders-minimal: metadata.namespace: must be absent, found default',
      },
      'a missing namespace': {
        reason: 'it would land in whatever namespace is current',
        kind: 'Bucket',
        change: ({ metadata }) => delete metadata.namespace,
        says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.namespace: must be sanders-minimal, found nothing',
      },
      'the label': {
        reason: '`kubectl get -l` would miss it',
        kind: 'Bucket',
        change: ({ metadata }) => delete metadata.labels,
        says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.labels: app.kubernetes.io/part-of must be sanders-customer-platform',
      },
    },
    references: {
      'a reference': {
        reason: 'ACK would wait for ever',
        kind: 'Subnet',
        change: ({ spec }) => (spec.vpcRef.from.name = 'elsewhere'),
        says: 'minimal Subnet/sanders-public-subnet-a-minimal: spec.vpcRef: refers to VPC/elsewhere, which is not in the environment',
      },
      'a reference to another kind': {
        reason: 'the names exist, but not as that kind',
        kind: 'NATGateway',
        change: ({ spec }) => (spec.subnetRef.from.name = 'sanders-customer-platform-vpc-minimal'),
        says: /: spec\.subnetRef: refers to Subnet\/sanders-customer-platform-vpc-minimal, which is not/,
      },
      'a reference field that nothing knows': {
        reason: 'its sync wave would be wrong',
        kind: 'ComputeEnvironment',
        change: ({ spec }) => (spec.computeResources.instanceRoleRef = { from: { name: 'x' } }),
        says: /: spec\.computeResources\.instanceRoleRef: nothing says which kind this refers to/,
      },
      "the state machine's role": {
        reason: 'it is named by ARN, since the kind has no roleRef',
        kind: 'StateMachine',
        change: ({ spec }) => (spec.roleARN = 'arn:aws:iam::111111111111:role/nobody'),
        says: /StateMachine\/.*: spec\.roleARN: refers to Role\/\?nobody, which is not in the environment/,
      },
      'a job definition in a state': {
        reason: 'it is named by ARN inside the definition',
        kind: 'StateMachine',
        change: inDefinition(
          (d) =>
            (d.States.ModelTrainingJob.Parameters.JobDefinition =
              'arn:aws:batch:eu-west-1:111111111111:job-definition/huge'),
        ),
        says: /StateMachine\/.*: spec\.definition: refers to JobDefinition\/\?huge, which is not in the environment/,
      },
      'an ARN in a policy': {
        reason: 'a grant on something that does not exist',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = spec.policy.replaceAll('platform-minimal', 'platform-other')),
        says: /Bucket\/.*: spec\.policy: arn:aws:s3:::sanders-customer-platform-other is of Bucket\/\?sanders-customer-platform-other/,
      },
      'an ARN of another account': {
        reason: 'an environment keeps to itself',
        kind: 'StateMachine',
        change: ({ spec }) => (spec.roleARN = spec.roleARN.replace('111111111111', '222222222222')),
        says: /: spec\.roleARN: arn:aws:iam::222222222222:role\/.* is outside partition aws, region eu-west-1, account 111111111111/,
      },
      'an exported field': {
        reason: 'it would never be exported',
        kind: 'FieldExport',
        change: ({ spec }) => (spec.from.path = '.status.vpcId'),
        says: /FieldExport\/output-vpcid: spec\.from\.path: VPC has no field \.status\.vpcId/,
      },
      'the source of an export': {
        reason: 'nothing to export',
        kind: 'FieldExport',
        change: ({ spec }) => (spec.from.resource.name = 'elsewhere'),
        says: /FieldExport\/output-vpcid: spec\.from\.resource: refers to VPC\/elsewhere/,
      },
      'the target of an export': {
        reason: 'outputs are no secrets',
        kind: 'FieldExport',
        change: ({ spec }) => (spec.to.kind = 'secret'),
        says: /FieldExport\/output-vpcid: spec\.to: nothing says which kind/,
      },
    },
    security: {
      'encryption of objects': {
        reason: 'data at rest',
        kind: 'Bucket',
        change: ({ spec }) => delete spec.encryption,
        says: /Bucket\/.*: spec\.encryption\.rules\[0\].*: objects must be encrypted/,
      },
      'TLS only': {
        reason: 'data in transit',
        kind: 'Bucket',
        change: ({ spec }) => delete spec.policy,
        says: /Bucket\/.*: spec\.policy: plain HTTP must be denied/,
      },
      'the public access block': {
        reason: 'all four, or the bucket may become public',
        kind: 'Bucket',
        change: ({ spec }) => (spec.publicAccessBlock.restrictPublicBuckets = false),
        says: /Bucket\/.*: spec\.publicAccessBlock: all four kinds of public access must be blocked/,
      },
      'ownership of objects': {
        reason: 'access lists are a second way to make things public',
        kind: 'Bucket',
        change: ({ spec }) => (spec.ownershipControls.rules[0].objectOwnership = 'ObjectWriter'),
        says: /access lists must be off/,
      },
      'TLS only, for everything': {
        reason: 'one key is not the bucket',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = spec.policy.replace('s3:*', 's3:GetObject')),
        says: /Bucket\/.*: spec\.policy: plain HTTP must be denied/,
      },
      versioning: {
        reason: 'recovery',
        kind: 'Bucket',
        change: ({ spec }) => (spec.versioning.status = 'Suspended'),
        says: /Bucket\/.*: spec\.versioning\.status: overwritten and deleted objects must be recoverable/,
      },
      'encryption of images': {
        reason: 'written out, so that it cannot drift',
        kind: 'Repository',
        change: ({ spec }) => delete spec.encryptionConfiguration,
        says: /images must be encrypted/,
      },
      'image scanning': {
        reason: 'vulnerabilities',
        kind: 'Repository',
        change: ({ spec }) => (spec.imageScanningConfiguration.scanOnPush = false),
        says: /images must be scanned/,
      },
      ingress: {
        reason: 'jobs serve nobody',
        kind: 'SecurityGroup',
        change: ({ spec }) => (spec.ingressRules = [{ ipProtocol: '-1', ipRanges: [{ cidrIP: '0.0.0.0/0' }] }]),
        says: /SecurityGroup\/.*: spec\.ingressRules: nothing may connect to a job/,
      },
      'the default security group': {
        reason: 'it lets its members talk to each other',
        kind: 'VPC',
        change: ({ spec }) => (spec.disallowSecurityGroupDefaultRules = false),
        says: /the default security group must have no rules/,
      },
      'public addresses': {
        reason: 'jobs go through NAT',
        kind: 'JobDefinition',
        change: ({ spec }) => (spec.containerProperties.networkConfiguration.assignPublicIP = 'ENABLED'),
        says: /jobs must have no public address/,
      },
      privileges: {
        reason: 'Fargate refuses it anyway, months later',
        kind: 'JobDefinition',
        change: ({ spec }) => (spec.containerProperties.privileged = true),
        says: /jobs must not be privileged/,
      },
      'secrets in the environment': {
        reason: 'DescribeJobs shows them',
        kind: 'JobDefinition',
        change: ({ spec }) => (spec.containerProperties.environment = [{}, { name: 'DB_PASSWORD', value: 'x' }]),
        says: /no secret may stand in an environment variable/,
      },
      'the deletion policy': {
        reason: 'retained data would be deleted',
        kind: 'Table',
        change: ({ metadata }) => (metadata.annotations['services.k8s.aws/deletion-policy'] = 'delete'),
        env: prod,
        says: /prod Table\/.*: metadata\.annotations\.services\.k8s\.aws\/deletion-policy: must follow/,
      },
      'confirmation before data is pruned': {
        reason: 'a wrong commit would remove it',
        kind: 'Bucket',
        change: ({ metadata }) => delete metadata.annotations['argocd.argoproj.io/sync-options'],
        env: prod,
        says: /prod Bucket\/.*: metadata\.annotations\.argocd\.argoproj\.io\/sync-options: Argo CD must ask/,
      },
      'point-in-time recovery in prod': {
        reason: 'a bad job can be undone',
        kind: 'Table',
        change: ({ spec }) => (spec.continuousBackups.pointInTimeRecoveryEnabled = false),
        env: prod,
        says: /prod must have point-in-time recovery/,
      },
      'deletion protection in prod': {
        reason: 'one API call away from losing everything',
        kind: 'Table',
        change: ({ spec }) => (spec.deletionProtectionEnabled = false),
        env: prod,
        says: /prod must have deletion protection/,
      },
      'tags in a list': {
        reason: 'budgets and policies rely on them',
        kind: 'Subnet',
        change: ({ spec }) => (spec.tags = spec.tags.filter(({ key }: { key: string }) => key !== 'Project')),
        says: /Subnet\/.*: spec\.tags: must have the tags Project, Environment and ManagedBy/,
      },
      'tags in a map': {
        reason: 'the same, of Batch',
        kind: 'JobQueue',
        change: ({ spec }) => delete spec.tags,
        says: /JobQueue\/.*: spec\.tags: must have the tags Project, Environment and ManagedBy/,
      },
      'tags in a tag set': {
        reason: 'the same, of S3',
        kind: 'Bucket',
        change: ({ spec }) => spec.tagging.tagSet.pop(),
        says: /Bucket\/.*: spec\.tags: data, network and orchestration must have the tag Service/,
      },
    },
    iam: {
      'an action': {
        reason: 'AWS would accept it and grant nothing',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = {
            p: '{"Statement":[{"Effect":"Allow","Action":"s3:ListBuckets","Resource":"arn:aws:s3:::x"}]}',
          }),
        says: /Role\/.*: spec\.inlinePolicies\.p: Statement\[0\]: s3:ListBuckets is not an IAM action/,
      },
      'an action of no service': {
        reason: 'AWS would accept it and grant nothing',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = spec.policy.replace('"s3:*"', '"nosuch:Do"')),
        says: /Bucket\/.*: spec\.policy: Statement\[0\]: nosuch:Do is not an IAM action/,
      },
      'a word for an action': {
        reason: 'no service at all',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = spec.policy.replace('"s3:*"', '""')),
        says: /Bucket\/.*: spec\.policy: Statement\[0\]: +is not an IAM action/,
      },
      'a wildcard action': {
        reason: 'grants what AWS invents tomorrow',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = {
            p: '{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::x"}]}',
          }),
        says: /s3:Get\* allows more than is known today/,
      },
      'a wildcard resource that AWS could restrict': {
        reason: 'least privilege',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = { p: '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}' }),
        says: /s3:GetObject on \* although AWS can restrict it/,
      },
      'a wildcard resource without a reason': {
        reason: 'AWS offers none, but somebody must say why',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = {
            p: '{"Statement":[{"Effect":"Allow","Action":"batch:DescribeJobQueues","Resource":["*"]}]}',
          }),
        says: /batch:DescribeJobQueues on \* without a reason/,
      },
      'a grant to everybody': {
        reason: 'public',
        kind: 'Bucket',
        change: ({ spec }) =>
          (spec.policy = spec.policy.replace('"Deny"', '"Allow"').replace('"s3:*"', '"s3:GetObject"')),
        says: /Bucket\/.*: spec\.policy: Statement\[0\]: allows everybody/,
      },
      'a trust policy without the account': {
        reason: 'confused deputy',
        kind: 'Role',
        change: inPolicy('assumeRolePolicyDocument', (statement) => delete statement.Condition),
        says: /Role\/.*: spec\.assumeRolePolicyDocument: Statement\[0\]: trusts a service whatever account it acts for/,
      },
      'a condition on the account in a statement that allows nothing': {
        reason: 'text somewhere in the document is no condition',
        kind: 'Role',
        change: ({ spec }) => {
          const { Statement } = JSON.parse(spec.assumeRolePolicyDocument);
          const deny = { ...Statement[0], Effect: 'Deny' };
          spec.assumeRolePolicyDocument = JSON.stringify({
            Statement: [{ ...Statement[0], Condition: undefined }, deny],
          });
        },
        says: /Role\/.*: spec\.assumeRolePolicyDocument: Statement\[0\]: trusts a service whatever account/,
      },
      'a trust policy for an account': {
        reason: 'whoever has that account could be the job',
        kind: 'Role',
        change: inPolicy('assumeRolePolicyDocument', (statement) => (statement.Principal = { AWS: ['*'] })),
        says: /Role\/.*: Statement\[0\]: trusts somebody who is no service of AWS/,
      },
      'a grant to every account': {
        reason: 'public, in another spelling',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = spec.policy.replace('"Deny"', '"Allow"').replace('"*"', '{"AWS":"*"}')),
        says: /Bucket\/.*: spec\.policy: Statement\[0\]: allows everybody/,
      },
      'a wildcard inside an ARN': {
        reason: 'every table, in every account',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = {
            p: '{"Statement":{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"arn:*:dynamodb:*:*:table/*"}}',
          }),
        says: /: spec\.inlinePolicies\.p: Statement\[0\]: arn:\*:dynamodb:\*:\*:table\/\* is open where an ARN must not be/,
      },
      'everything but': {
        reason: 'NotAction grants what AWS invents tomorrow',
        kind: 'Role',
        change: ({ spec }) =>
          (spec.inlinePolicies = { p: '{"Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}]}' }),
        says: /: spec\.inlinePolicies\.p: Statement\[0\]: NotAction grants whatever it does not name/,
      },
      'a policy without statements': {
        reason: 'AWS would refuse it',
        kind: 'Role',
        change: ({ spec }) => (spec.inlinePolicies = { p: '{}' }),
        says: /: spec\.inlinePolicies\.p: is no policy: has no Statement/,
      },
      'a managed policy': {
        reason: 'AdministratorAccess is one',
        kind: 'Role',
        change: ({ spec }) => (spec.policies = ['arn:aws:iam::aws:policy/AdministratorAccess']),
        says: /Role\/.*: spec\.policies\[0\]: arn:aws:iam::aws:policy\/AdministratorAccess is not a managed policy that roles may carry/,
      },
      'a policy that is no JSON': {
        reason: 'AWS would refuse it',
        kind: 'Bucket',
        change: ({ spec }) => (spec.policy = `${spec.policy}}`),
        says: /Bucket\/.*: spec\.policy: is no policy: /,
      },
    },
    'states language': {
      'a transition': {
        reason: 'AWS would refuse it',
        kind: 'StateMachine',
        change: inDefinition((definition) => (definition.States.ModelTrainingJob.Next = 'Nowhere')),
        says: /StateMachine\/.*: spec\.definition: .*Nowhere/,
      },
      'a field of a state': {
        reason: 'AWS would refuse it',
        kind: 'StateMachine',
        change: inDefinition((definition) => (definition.States.FailState.Reason = 'x')),
        says: /StateMachine\/.*: spec\.definition: \/States\/FailState/,
      },
      'a path': {
        reason: 'AWS would refuse it',
        kind: 'StateMachine',
        change: inDefinition((definition) => (definition.States.ModelTrainingJob.ResultPath = 'trainingJob')),
        says: /StateMachine\/.*: spec\.definition: \/States\/ModelTrainingJob/,
      },
      JSON: {
        reason: 'AWS would refuse it',
        kind: 'StateMachine',
        change: ({ spec }) => (spec.definition = spec.definition.slice(1)),
        says: /StateMachine\/.*: spec\.definition: is not JSON/,
      },
    },
  };

  describe.each(Object.entries(groups))('%s', (_, cases) => {
    it.each(Object.entries(cases))('%s', async (_name, { kind, change, env, says }) => {
      const found = await violationsOf(kind, change, env);
      expect(found).toContainEqual(typeof says === 'string' ? says : expect.stringMatching(says));
    });
  });
});

describe('the report', () => {
  it('names the object, the field, the rule and the fix', () => {
    const violation = {
      object: 'dev Bucket/b',
      field: 'spec.policy',
      rule: 'plain HTTP must be denied',
      fix: 'deny it',
    };
    expect(new CheckError([violation]).message).toBe(
      '1 manifest broke a rule:\n  dev Bucket/b: spec.policy: plain HTTP must be denied\n    fix: deny it',
    );
    expect(new CheckError([violation, violation]).message).toMatch(/^2 places in the manifests broke a rule:\n/);
  });
});
