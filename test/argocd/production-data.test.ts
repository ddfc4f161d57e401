import { environments } from '../../environments';
import { names, parseEnvironments } from '../../environments/schema';
import { allows, capabilityServices, services, statements, writesOf, type Statement } from './policies';

/**
 * What controllers may do to production's data, and why it survives. synthesis/checks looks at what IAM cannot see: the content
 * of these calls.
 */
const controllers: Readonly<Record<string, string>> = {
  's3:CreateBucket': 'fails where there is one',
  's3:PutBucketOwnershipControls': 'BucketOwnerEnforced (security.ts)',
  's3:PutBucketPolicy': 'lets nobody in (iam.ts)',
  's3:PutBucketPublicAccessBlock': 'blocks everything (security.ts)',
  's3:PutBucketTagging': 'tags only',
  's3:PutBucketVersioning': 'Enabled (data.ts)',
  's3:PutEncryptionConfiguration': 'changes only how new objects are encrypted',
  's3:PutLifecycleConfiguration': 'expires nothing that is current, or was within 30 days (data.ts)',
  's3:PutReplicationConfiguration': 'takes off only: no right to hand S3 a role, and no field in dist/ (security.ts)',
  's3:TagResource': 'tags only',
  'dynamodb:CreateTable': 'fails where there is one',
  'dynamodb:TagResource': 'tags only',
  'dynamodb:UntagResource': 'tags only',
  'dynamodb:UpdateContinuousBackups': 'recovery stays on (data.ts)',
  'dynamodb:UpdateContributorInsights': 'shows which keys are used most',
  'dynamodb:UpdateTable': 'deletion protection stays on (data.ts), and nobody may delete it',
  'ecr:CreateRepository': 'fails where there is one',
  'ecr:DeleteLifecyclePolicy': 'keeps more',
  'ecr:PutImageScanningConfiguration': 'scans only',
  'ecr:PutImageTagMutability': 'pushing is for people',
  'ecr:PutLifecyclePolicy': 'expires none of the newest ten images (data.ts)',
  'ecr:TagResource': 'tags only',
  'ecr:UntagResource': 'tags only',
};

/** What the platform's own roles may do to production's data at most, and why it survives. */
const jobs: Readonly<Record<string, string>> = {
  's3:AbortMultipartUpload': 'an upload that nobody completed',
  's3:DeleteObject': 'leaves a marker; the versions stay',
  's3:PutObject': 'the version before stays',
  's3:PutObjectTagging': 'tags only',
  'dynamodb:BatchWriteItem': 'point-in-time recovery reaches back 35 days',
  'dynamodb:DeleteItem': 'point-in-time recovery reaches back 35 days',
  'dynamodb:PutItem': 'point-in-time recovery reaches back 35 days',
  'dynamodb:UpdateItem': 'point-in-time recovery reaches back 35 days',
};

/** What somebody might add to a policy one day. */
const everything: Statement = { Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' };

describe.each(parseEnvironments(environments).filter(({ production }) => production))('the data of $name', (env) => {
  const { bucket, table, repository } = names(env);
  const regional = (service: string, resource: string) =>
    `arn:${env.partition}:${service}:${env.region}:${env.account}:${resource}`;
  const data: Readonly<Record<string, readonly string[]>> = {
    s3: [`arn:${env.partition}:s3:::${bucket}`, `arn:${env.partition}:s3:::${bucket}/raw/2026/x.csv`],
    dynamodb: ['', '/index/i', '/backup/b', '/stream/s'].map((part) => regional('dynamodb', `table/${table}${part}`)),
    ecr: [regional('ecr', `repository/${repository}`)],
  };

  /** What a policy lets happen to the data, by AWS's list of actions that do more than read. */
  async function allowed(policy: readonly Statement[], service: string): Promise<string[]> {
    const writes = await writesOf(service);
    return writes.filter((action) => data[service]?.some((arn) => allows(policy, action, arn))).sort();
  }

  const known = (table: Readonly<Record<string, string>>, service: string) =>
    Object.keys(table)
      .filter((action) => action.startsWith(`${service}:`))
      .sort();

  const roles = services.map(
    (name) => [name, [name, ...(capabilityServices.includes(name) ? [`capability/${name}`] : [])]] as const,
  );

  test.each(roles)('survives the role of %s', async (name, policies) => {
    for (const service of Object.keys(data)) {
      const found = await allowed(policies.flatMap(statements), service);
      expect(found).toEqual(name === service ? known(controllers, service) : []);
    }
  });

  test.each([...Object.keys(data), 'bucket-emptier'])(
    'survives the role of %s even if somebody gives it more',
    async (name) => {
      const service = name === 'bucket-emptier' ? 's3' : name;
      const found = await allowed([...statements(name), everything], service);
      expect(found).toEqual(name === service ? known(controllers, service) : []);
    },
  );

  test.each(Object.keys(data))('survives whatever roles of the platform are given: %s', async (service) => {
    const boundary = statements('boundary/sanders-boundary');
    expect(await allowed(boundary, service)).toEqual(known(jobs, service));
    expect(await allowed([...boundary, everything], service)).toEqual(known(jobs, service));
  });
});
