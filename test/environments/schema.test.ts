import { environments } from '../../environments';
import { EnvironmentError, parseEnvironments, type EnvironmentInput } from '../../environments/schema';
import { everything, minimal, parse } from '../fixtures';

/** The lines of the report on one environment, made from `minimal` by `change`. */
function problemsOf(change: (env: any) => void, base: EnvironmentInput = minimal): string[] {
  const env = structuredClone(base);
  change(env);
  return problemsAmong([env]);
}

function problemsAmong(envs: readonly EnvironmentInput[]): string[] {
  try {
    parseEnvironments(envs);
    return [];
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return [...error.problems];
  }
}

describe('the environments of this repository', () => {
  test('are valid', () => {
    expect(parseEnvironments(environments)).toHaveLength(environments.length);
  });
});

describe('defaults', () => {
  test('are filled in', () => {
    expect(parse(minimal)).toMatchObject({
      partition: 'aws',
      network: { vpcCidr: '10.0.0.0/16', subnetMask: 24, natGateways: 1, avoidCidrs: [] },
      batch: { maxvCpus: 16, imageTag: 'latest', serviceRole: 'own' },
      orchestration: { timeoutHours: 24 },
      retention: { noncurrentVersionDays: 90, logDays: 90 },
      budget: { limitUSD: 10, emails: [], actualThresholds: [80], forecastThresholds: [100] },
      tags: {},
      names: {},
    });
  });

  test('leave what is given alone', () => {
    expect(parse(everything)).toEqual(everything);
  });
});

describe('mistakes', () => {
  /** What is wrong, and the whole line that says so. */
  const cases: Record<string, { reason: string; change: (env: any) => void; says: string | string[] }> = {
    'account too short': {
      reason: 'AWS account ids have 12 digits',
      change: (env) => (env.account = '12345'),
      says: 'account: an AWS account id: 12 digits, in quotes, got "12345"',
    },
    'account as a number': {
      reason: 'a leading zero would be lost',
      change: (env) => (env.account = 111111111111),
      says: 'account: an AWS account id: 12 digits, in quotes, got 111111111111',
    },
    'name in upper case': {
      reason: 'it ends bucket names and the namespace',
      change: (env) => (env.name = 'Dev'),
      says: 'name: 1 to 20 lower case letters, digits and single dashes, beginning with a letter, got "Dev"',
    },
    'no name': {
      reason: 'a missing key is as clear as a wrong one; the file is named by its place',
      change: (env) => delete env.name,
      says: 'name: 1 to 20 lower case letters, digits and single dashes, beginning with a letter, got nothing',
    },
    'partition of another region': {
      reason: 'ARNs would name the wrong partition',
      change: (env) => (env.partition = 'aws-cn'),
      says: 'partition: "aws", where the region eu-west-1 is, got "aws-cn"',
    },
    'no such partition': {
      reason: 'a closed set',
      change: (env) => (env.partition = 'azure'),
      says: 'partition: one of "aws", "aws-us-gov", "aws-cn", got "azure"',
    },
    'China without its partition': {
      reason: 'the default partition is aws',
      change: (env) => {
        env.region = 'cn-north-1';
        env.network.availabilityZones = ['cn-north-1a', 'cn-north-1b'];
      },
      says: 'partition: "aws-cn", where the region cn-north-1 is, got "aws"',
    },
    'region malformed': {
      reason: 'a zone is not a region',
      change: (env) => (env.region = 'eu-west-1a'),
      says: 'region: an AWS region, e.g. "eu-central-1", got "eu-west-1a"',
    },
    'zone outside the region': {
      reason: 'a subnet could not be made there',
      change: (env) => (env.network.availabilityZones[1] = 'us-east-1b'),
      says: 'network.availabilityZones[1]: a zone of eu-west-1, e.g. "eu-west-1a", got "us-east-1b"',
    },
    'zone twice': {
      reason: 'names of subnets would clash',
      change: (env) => (env.network.availabilityZones[1] = 'eu-west-1a'),
      says: 'network.availabilityZones[1]: no duplicate of network.availabilityZones[0], got "eu-west-1a"',
    },
    'one zone': {
      reason: 'no redundancy',
      change: (env) => (env.network.availabilityZones = ['eu-west-1a']),
      says: 'network.availabilityZones: two to six availability zones, got ["eu-west-1a"]',
    },
    'CIDR malformed': {
      reason: 'not a block',
      change: (env) => (env.network.vpcCidr = '10.0.0.0'),
      says: 'network.vpcCidr: an IPv4 block from /16 to /28, written as the first address and the mask, got "10.0.0.0"',
    },
    'CIDR as a number': {
      reason: 'the type is checked too',
      change: (env) => (env.network.vpcCidr = 10),
      says: 'network.vpcCidr: an IPv4 block from /16 to /28, written as the first address and the mask, got 10',
    },
    'CIDR with a number over 255': {
      reason: 'the right shape, but no address',
      change: (env) => (env.network.vpcCidr = '10.0.300.0/16'),
      says: 'network.vpcCidr: an IPv4 block from /16 to /28, written as the first address and the mask, got "10.0.300.0/16"',
    },
    'CIDR that does not begin at its first address': {
      reason: 'AWS would silently change it, and the controller see a difference for ever',
      change: (env) => (env.network.vpcCidr = '10.0.0.1/16'),
      says: 'network.vpcCidr: an IPv4 block from /16 to /28, written as the first address and the mask, got "10.0.0.1/16"',
    },
    'CIDR larger than AWS allows': {
      reason: 'a VPC is /16 at most',
      change: (env) => (env.network.vpcCidr = '10.0.0.0/8'),
      says: 'network.vpcCidr: an IPv4 block from /16 to /28, written as the first address and the mask, got "10.0.0.0/8"',
    },
    'CIDR too small for the subnets': {
      reason: 'two zones need four subnets',
      change: (env) => (env.network.vpcCidr = '10.0.0.0/23'),
      says: 'network.vpcCidr: room for 4 subnets of /24 (a public and a private one for each zone), of which it holds 2, got "10.0.0.0/23"',
    },
    'CIDR smaller than a subnet': {
      reason: 'no subnet fits at all',
      change: (env) => (env.network.vpcCidr = '10.0.0.0/26'),
      says: 'network.vpcCidr: room for 4 subnets of /24 (a public and a private one for each zone), of which it holds 0, got "10.0.0.0/26"',
    },
    'CIDR overlapping a network it will be connected to': {
      reason: 'routing would be ambiguous',
      change: (env) => (env.network.avoidCidrs = ['192.168.0.0/16', '10.0.128.0/17']),
      says: 'network.vpcCidr: a block that does not overlap 10.0.128.0/17 (network.avoidCidrs[1]), got "10.0.0.0/16"',
    },
    'subnet mask out of range': {
      reason: 'AWS allows /16 to /28',
      change: (env) => (env.network.subnetMask = 29),
      says: 'network.subnetMask: a whole number of bits from 16 to 28, got 29',
    },
    'more NAT gateways than zones': {
      reason: 'one a zone is the most that is of use',
      change: (env) => (env.network.natGateways = 3),
      says: 'network.natGateways: 0, 1 or 2 (one for each availability zone), got 3',
    },
    'negative NAT gateways': {
      reason: 'out of range without looking at the zones',
      change: (env) => (env.network.natGateways = -1),
      says: 'network.natGateways: 0, 1 or one for each availability zone, got -1',
    },
    'memory that Fargate does not offer with the vCPUs': {
      reason: 'AWS refuses the job definition',
      change: (env) => (env.batch.jobs = [env.batch.jobs[0], { name: '8g', vcpu: 2, memoryMiB: 20000 }]),
      says: 'batch.jobs[1]: 2 vCPU allows 4096–16384 MiB in steps of 1024, got 20000',
    },
    'memory between two steps': {
      reason: 'only every 1024 MiB is offered',
      change: (env) => (env.batch.jobs[0] = { name: 'small', vcpu: 2, memoryMiB: 4608 }),
      says: 'batch.jobs[0]: 2 vCPU allows 4096–16384 MiB in steps of 1024, got 4608',
    },
    'memory of the smallest size': {
      reason: '0.25 vCPU has three sizes and no step',
      change: (env) => (env.batch.jobs[0].memoryMiB = 1536),
      says: 'batch.jobs[0]: 0.25 vCPU allows 512, 1024, 2048 MiB, got 1536',
    },
    'vCPUs that Fargate does not offer': {
      reason: 'a closed set',
      change: (env) => (env.batch.jobs[0].vcpu = 3),
      says: 'batch.jobs[0].vcpu: one of 0.25, 0.5, 1, 2, 4, 8, 16 vCPU, got 3',
    },
    'job name with an underscore': {
      reason: 'it is part of a Kubernetes name',
      change: (env) => (env.batch.jobs[0].name = 'a_b'),
      says: ['batch.jobs[0].name: 1 to 32 lower case letters, digits and dashes, got "a_b"'],
    },
    'job name twice': {
      reason: 'both would register the same job definition',
      change: (env) => env.batch.jobs.push({ ...env.batch.jobs[0] }),
      says: 'batch.jobs[1].name: no duplicate of batch.jobs[0].name, got "small"',
    },
    'no jobs': {
      reason: 'the state machine needs one',
      change: (env) => (env.batch.jobs = []),
      says: 'batch.jobs: at least one job size, got []',
    },
    'a job larger than the whole environment': {
      reason: 'it would wait in the queue for ever',
      change: (env) => {
        env.batch.maxvCpus = 4;
        env.batch.jobs[0] = { name: 'small', vcpu: 8, memoryMiB: 16384 };
      },
      says: 'batch.maxvCpus: at least 8, which the largest job needs to start, got 4',
    },
    'image tag with a colon': {
      reason: "not a tag in the registry's syntax",
      change: (env) => (env.batch.imageTag = 'jobs:latest'),
      says: 'batch.imageTag: an image tag: 1 to 128 letters, digits and _ . -, got "jobs:latest"',
    },
    'a step that runs a job which is not there': {
      reason: 'the state machine would fail at run time',
      change: (env) => (env.orchestration.stages[1][0].job = 'huge'),
      says: 'orchestration.stages[1][0].job: the name of an entry of batch.jobs ("small"), got "huge"',
    },
    'steps that run jobs which are not there, beside a bad time-out': {
      reason: 'one bad step hides no other',
      change: (env) => {
        env.orchestration.stages[0][0].timeoutMinutes = 0;
        env.orchestration.stages[1][0].job = 'huge';
      },
      says: [
        'orchestration.stages[0][0].timeoutMinutes: a whole number of minutes from 1 to 20160, got 0',
        'orchestration.stages[1][0].job: the name of an entry of batch.jobs ("small"), got "huge"',
      ],
    },
    'a step longer than the execution': {
      reason: 'its time-out could never take effect',
      change: (env) => {
        env.orchestration.timeoutHours = 1;
        env.orchestration.stages[0][1].timeoutMinutes = 61;
      },
      says: "orchestration.stages[0][1].timeoutMinutes: at most 60 minutes, the whole execution's time-out, got 61",
    },
    'a stage without steps': {
      reason: 'the Amazon States Language knows no empty Parallel',
      change: (env) => (env.orchestration.stages[1] = []),
      says: 'orchestration.stages[1]: at least one step, got []',
    },
    'two steps of one name': {
      reason: 'state names are unique in a state machine',
      change: (env) => (env.orchestration.stages[1][0].name = 'load'),
      says: [
        'orchestration.stages[1][0].name: no duplicate of orchestration.stages[0][0].name, got "LoadJob"',
        'orchestration.stages[1][0].result: no duplicate of orchestration.stages[0][0].result, got "loadJob"',
      ],
    },
    'two steps whose results have one key': {
      reason: 'the later one would overwrite what the earlier one found',
      change: (env) => (env.orchestration.stages[1][0].result = 'cleanUpJob'),
      says: 'orchestration.stages[1][0].result: no duplicate of orchestration.stages[0][1].result, got "cleanUpJob"',
    },
    'a result in place of the input': {
      reason: 'the steps after it would have no command',
      change: (env) => (env.orchestration.stages[0][0].result = 'command'),
      says: 'orchestration.stages[0][0].result: 1 to 64 letters and digits, beginning with a lower case letter, and not command, error or parallelResults, got "command"',
    },
    'the default steps without their job sizes': {
      reason: 'the default is what the CDK stack had, with its three sizes',
      change: (env) => delete env.orchestration,
      says: ['8g', '2g', '16g'].map(
        (size, i) =>
          `orchestration.stages[${i < 2 ? 0 : 1}][${i % 2}].job: the name of an entry of batch.jobs ("small"), got "${size}"`,
      ),
    },
    'retention of data misspelt': {
      reason: 'prod would lose data',
      change: (env) => (env.retention.data = 'keep'),
      says: 'retention.data: one of "retain", "delete", got "keep"',
    },
    'deletion protection of what is to be deleted': {
      reason: 'the environment could never be removed',
      change: (env) => (env.retention.deletionProtection = true),
      says: 'retention.deletionProtection: false when retention.data is "delete", or the table could not be deleted, got true',
    },
    'noncurrent versions kept for 0 days': {
      reason: 'out of range',
      change: (env) => (env.retention.noncurrentVersionDays = 0),
      says: 'retention.noncurrentVersionDays: a whole number of days from 1 to 3650, got 0',
    },
    'log retention that CloudWatch does not offer': {
      reason: 'a closed set',
      change: (env) => (env.retention.logDays = 42),
      says: 'retention.logDays: one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 days, got 42',
    },
    'yes for true': {
      reason: 'the type is checked at run time too: types do not hold for JSON',
      change: (env) => (env.retention.pointInTimeRecovery = 'yes'),
      says: 'retention.pointInTimeRecovery: true or false, got "yes"',
    },
    'bad e-mail address': {
      reason: 'AWS would send nothing',
      change: (env) => (env.budget.emails = ['ops@example.com', 'ops']),
      says: 'budget.emails[1]: an e-mail address, got "ops"',
    },
    'e-mail address twice': {
      reason: 'AWS refuses duplicate subscribers',
      change: (env) => (env.budget.emails = ['ops@example.com', 'ops@example.com']),
      says: 'budget.emails[1]: no duplicate of budget.emails[0], got "ops@example.com"',
    },
    'budget of nothing': {
      reason: 'AWS refuses a limit of 0',
      change: (env) => (env.budget.limitUSD = 0),
      says: 'budget.limitUSD: an amount of at least 0.01 USD, in whole cents, got 0',
    },
    'budget in fractions of a cent': {
      reason: 'AWS refuses 1e-7',
      change: (env) => (env.budget.limitUSD = 1e-7),
      says: 'budget.limitUSD: an amount of at least 0.01 USD, in whole cents, got 1e-7',
    },
    'threshold out of range': {
      reason: 'a percentage',
      change: (env) => (env.budget.actualThresholds = [80, 0]),
      says: 'budget.actualThresholds[1]: a percentage above 0, at most 1000, got 0',
    },
    'more thresholds than AWS notifies of': {
      reason: 'five notifications a budget',
      change: (env) => (env.budget.actualThresholds = [10, 20, 30, 40, 50]),
      says: 'budget: at most 5 thresholds in all (AWS Budgets), got 6',
    },
    'tag that AWS reserves': {
      reason: 'AWS refuses it',
      change: (env) => (env.tags = { 'aws:team': 'x' }),
      says: 'tags.aws:team: a tag key that does not begin with "aws:", which AWS reserves, got "aws:team"',
    },
    'tag that the platform sets': {
      reason: 'budgets and policies rely on it',
      change: (env) => (env.tags = { Environment: 'prod' }),
      says: 'tags.Environment: a tag other than Project, Environment, ManagedBy, Service, which the platform sets, got "Environment"',
    },
    'tag that the platform sets, in another case': {
      reason: 'IAM tells no case',
      change: (env) => (env.tags = { project: 'x' }),
      says: 'tags.project: a tag other than Project, Environment, ManagedBy, Service, which the platform sets, got "project"',
    },
    'tags that differ by case alone': {
      reason: 'IAM tells no case',
      change: (env) => (env.tags = { Owner: 'a', owner: 'b' }),
      says: 'tags.owner: a tag that differs from the others by more than case (IAM), got "b"',
    },
    'tag value with a forbidden character': {
      reason: 'AWS refuses it',
      change: (env) => (env.tags = { Team: 'a;b' }),
      says: 'tags.Team: a tag value of letters, digits, spaces and _ . : / = + - @, got "a;b"',
    },
    'too many tags': {
      reason: 'S3 allows 50 a bucket',
      change: (env) => (env.tags = Object.fromEntries(Array.from({ length: 43 }, (_, i) => [`t${i}`, 'x']))),
      says: 'tags: at most 42 tags, got 43',
    },
    'data that production would lose': {
      reason: 'production is a word with consequences',
      change: (env) => (env.production = true),
      says: [
        'retention.data: "retain" in production, got "delete"',
        'retention.pointInTimeRecovery: true in production, got false',
        'retention.deletionProtection: true in production, got false',
      ],
    },
    'production left open': {
      reason: 'whether data matters is not to be guessed',
      change: (env) => delete env.production,
      says: 'production: true or false, got nothing',
    },
    'bucket name with an underscore': {
      reason: 'S3 naming rules',
      change: (env) => (env.names = { bucket: 'sanders-customer-platform-my_bucket' }),
      says: expect.stringMatching(
        /^names\.bucket: a bucket name of at most 63 .*, got "sanders-customer-platform-my_bucket"$/,
      ),
    },
    'bucket name over 63 characters': {
      reason: 'S3 naming rules',
      change: (env) => (env.names = { bucket: `sanders-customer-platform-${'b'.repeat(38)}` }),
      says: expect.stringContaining('names.bucket: a bucket name of at most 63'),
    },
    'bucket name that the controllers may not touch': {
      reason: 'their IAM policies would deny it, minutes later',
      change: (env) => (env.names = { bucket: 'acme-data' }),
      says: expect.stringMatching(/^names\.bucket: .* beginning with sanders-customer-platform- .*, got "acme-data"$/),
    },
    'bucket name with a reserved suffix': {
      reason: 'S3 naming rules',
      change: (env) => (env.names = { bucket: 'sanders-customer-platform-s3alias' }),
      says: expect.stringContaining('names.bucket: a bucket name'),
    },
    'table name that the controllers may not touch': {
      reason: 'their IAM policies would deny it',
      change: (env) => (env.names = { table: 'features' }),
      says: 'names.table: a table name of at most 255 letters, digits and _ . -, beginning with sanders_daily_customer_features_ and going on, got "features"',
    },
    'repository name in upper case': {
      reason: 'ECR naming rules',
      change: (env) => (env.names = { repository: 'sanders-customer-platform-Jobs' }),
      says: 'names.repository: a repository name of at most 256 lower case letters and digits, with single . _ - or / between them, beginning with sanders-customer-platform-, got "sanders-customer-platform-Jobs"',
    },
    'queue name with a dot': {
      reason: 'Batch naming rules',
      change: (env) => (env.names = { queue: 'sanders-my.queue' }),
      says: 'names.queue: a queue name of at most 128 letters, digits, dashes and underscores, beginning with sanders-, got "sanders-my.queue"',
    },
    'unknown key': {
      reason: 'a misspelt setting would be ignored',
      change: (env) => (env.batch.maxVcpus = 32),
      says: 'batch.maxVcpus: no such key; batch has maxvCpus, jobs, imageTag, serviceRole, got 32',
    },
    'unknown key in a list': {
      reason: 'the same, deeper',
      change: (env) => (env.batch.jobs[0].gpu = 1),
      says: 'batch.jobs[0].gpu: no such key; batch.jobs[0] has name, vcpu, memoryMiB, got 1',
    },
    'unknown key at the root': {
      reason: 'the same, at the top',
      change: (env) => (env.regions = []),
      says: expect.stringMatching(/^regions: no such key; an environment has name, account, .*, got \[\]$/),
    },
    'unknown keys': {
      reason: 'one run reports all of them',
      change: (env) => Object.assign(env.retention, { days: 1, logdays: 2 }),
      says: [
        expect.stringMatching(/^retention\.days: no such key; /),
        expect.stringMatching(/^retention\.logdays: no such key; /),
      ] as any,
    },
    'no group': {
      reason: 'says which keys the group has',
      change: (env) => delete env.retention,
      says: 'retention: keys data, pointInTimeRecovery, deletionProtection, noncurrentVersionDays, logDays, got nothing',
    },
    'text where a group belongs': {
      reason: 'says which keys the group has',
      change: (env) => (env.network = 'default'),
      says: 'network: keys availabilityZones, vpcCidr, subnetMask, natGateways, avoidCidrs, got "default"',
    },
    'a long value': {
      reason: 'the report stays readable',
      change: (env) => (env.region = 'x'.repeat(500)),
      says: expect.stringMatching(/^region: an AWS region, e\.g\. "eu-central-1", got "x{116}\.\.\.$/),
    },
    'a function': {
      reason: 'what JSON cannot show is named by its type',
      change: (env) => (env.region = () => 'eu-west-1'),
      says: 'region: an AWS region, e.g. "eu-central-1", got function',
    },
  };

  test.each(Object.entries(cases))('%s', (_, { change, says }) => {
    const label = problemsOf(change).map((line) => line.replace(/^environments\/[^:]+: /, ''));
    expect(label).toEqual([says].flat());
  });

  test('are all reported in one run, each with its file', () => {
    const broken = structuredClone(minimal) as any;
    broken.account = '1';
    broken.network.availabilityZones = ['us-east-1a', 'eu-west-1b'];
    broken.batch.jobs.push({ name: 'small', vcpu: 2, memoryMiB: 1 });
    broken.retention.deletionProtection = true;
    broken.budget.emails = ['nobody'];
    broken.names = { bucket: 'B' };
    const other = { ...structuredClone(everything), account: 'x' };
    const problems = problemsAmong([broken, other]);
    expect(problems.map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'environments/minimal: account',
      'environments/minimal: batch.jobs[1]',
      'environments/minimal: budget.emails[0]',
      'environments/minimal: network.availabilityZones[0]',
      'environments/minimal: batch.jobs[1].name',
      'environments/minimal: retention.deletionProtection',
      'environments/minimal: names.bucket',
      'environments/everything: account',
    ]);
  });

  test('count themselves', () => {
    expect(() => parseEnvironments([{ ...minimal, account: 'x' }])).toThrow(
      /^1 mistake in environments\/:\n {2}environments\/minimal: account: /,
    );
    expect(() => parseEnvironments([{ ...minimal, account: 'x', region: 'y' }])).toThrow(
      /^2 mistakes in environments\//,
    );
  });

  test('name an environment without a name by its place', () => {
    expect(problemsAmong([minimal, null as never])).toEqual([
      expect.stringMatching(/^environments\/\[1\]: keys name, account, .*, got null$/),
    ]);
  });
});

describe('between environments', () => {
  const second = { ...structuredClone(minimal), name: 'second' };

  test('names must differ', () => {
    expect(problemsAmong([minimal, minimal])).toContain(
      'environments/minimal: name: a name that no other environment has (environments/minimal has it), got "minimal"',
    );
  });

  const kinds: Record<string, { names: EnvironmentInput['names']; says: string }> = {
    bucket: { names: { bucket: 'sanders-customer-platform-minimal' }, says: 'names.bucket' },
    table: { names: { table: 'sanders_daily_customer_features_minimal' }, says: 'names.table' },
    repository: { names: { repository: 'sanders-customer-platform-minimal' }, says: 'names.repository' },
    queue: { names: { queue: 'sanders-batch-queue-minimal' }, says: 'names.queue' },
  };
  test.each(Object.entries(kinds))('a %s belongs to one environment', (_, { names, says }) => {
    expect(problemsAmong([minimal, { ...second, names }])).toEqual([
      expect.stringContaining(
        `environments/second: ${says}: a name that no other environment has (environments/minimal has it)`,
      ),
    ]);
  });

  test('a table of the same name in another account is another table', () => {
    expect(
      problemsAmong([
        minimal,
        { ...second, account: '999999999999', names: { table: 'sanders_daily_customer_features_minimal' } },
      ]),
    ).toEqual([]);
  });

  test('a bucket of the same name in another account is the same bucket', () => {
    expect(
      problemsAmong([
        minimal,
        { ...second, account: '999999999999', names: { bucket: 'sanders-customer-platform-minimal' } },
      ]),
    ).toHaveLength(1);
  });

  test('are compared even where one has another mistake', () => {
    const broken = {
      ...structuredClone(minimal),
      account: '111111111111',
      retention: { ...minimal.retention, data: 'x' as never },
    };
    const clash = { ...second, names: { bucket: 'sanders-customer-platform-minimal' } };
    expect(problemsAmong([broken, clash])).toEqual([
      expect.stringContaining('environments/minimal: retention.data'),
      expect.stringContaining('environments/second: names.bucket: a name that no other environment has'),
    ]);
  });

  test('a job definition belongs to one environment', () => {
    const withJob = (name: string, job: string) => ({
      ...structuredClone(minimal),
      name,
      batch: { jobs: [{ name: job, vcpu: 0.25, memoryMiB: 512 }] },
      orchestration: { stages: [[{ name: 'only', job, timeoutMinutes: 10 }]] },
    });
    expect(problemsAmong([withJob('dev', 'a-b'), withJob('b-dev', 'a')])).toEqual([
      'environments/b-dev: batch.jobs[0].name: a name that no other environment has (environments/dev has it), got "sanders-job-a-b-dev"',
    ]);
  });
});
