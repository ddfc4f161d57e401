import { inPolicy, violations, type Change } from './violations';

/** A policy that allows one action. */
function allow(principal: object, action: string): string {
  return JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: principal, Action: action }] });
}

/** Gives a bucket a policy that lets somebody read it. */
const allowing =
  (principal: object): Change =>
  ({ spec }) => {
    spec.policy = allow(principal, 's3:GetObject');
  };

describe('the rules for IAM policies', () => {
  violations({
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
    'a trust policy for an account by its number': {
      reason: 'the same, in another spelling',
      kind: 'Role',
      change: inPolicy('assumeRolePolicyDocument', (statement) => (statement.Principal = { AWS: '999999999999' })),
      says: /Role\/.*: Statement\[0\]: trusts somebody who is no service of AWS/,
    },
    'a trust policy for two accounts': {
      reason: 'the own one beside another',
      kind: 'Role',
      change: inPolicy(
        'assumeRolePolicyDocument',
        ({ Condition }) => (Condition.StringEquals['aws:SourceAccount'] = ['120569615884', '999999999999']),
      ),
      says: /Role\/.*: Statement\[0\]: trusts a service whatever account it acts for/,
    },
    'a trust policy for an identity provider': {
      reason: 'whoever it says they are',
      kind: 'Role',
      change: inPolicy('assumeRolePolicyDocument', (statement) => (statement.Principal = { Federated: 'a.example' })),
      says: /Role\/.*: Statement\[0\]: trusts somebody who is no service of AWS/,
    },
    'a bucket for another account': {
      reason: 'its administrator would decide who reads',
      kind: 'Bucket',
      change: allowing({ AWS: '999999999999' }),
      says: /Bucket\/.*: spec\.policy: Statement\[0\]: lets in AWS:999999999999, which is not of account \d{12}/,
    },
    'a table for a role of another account': {
      reason: 'the same, of a table',
      kind: 'Table',
      change: ({ spec }) =>
        (spec.resourcePolicy = allow({ AWS: ['arn:aws:iam::999999999999:role/x'] }, 'dynamodb:GetItem')),
      says: /Table\/.*: spec\.resourcePolicy: Statement\[0\]: lets in AWS:arn:aws:iam::999999999999:role\/x/,
    },
    'a repository for an organisation': {
      reason: 'whoever is in it',
      kind: 'Repository',
      change: ({ spec }) => (spec.policy = allow({ AWS: '*' }, 'ecr:BatchGetImage')),
      says: /Repository\/.*: spec\.policy: Statement\[0\]: allows everybody/,
    },
    'a bucket for a service, whatever account it acts for': {
      reason: 'confused deputy',
      kind: 'Bucket',
      change: allowing({ Service: 'logging.s3.amazonaws.com' }),
      says: /Bucket\/.*: spec\.policy: Statement\[0\]: trusts a service whatever account it acts for/,
    },
    'too much in inline policies': {
      reason: 'IAM takes 10,240 characters of all of them together',
      kind: 'Role',
      change: ({ spec }) => {
        const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*' };
        const long = JSON.stringify({ Statement: Array(100).fill(statement) }, null, 2);
        spec.inlinePolicies = { a: long, b: long };
      },
      says: /Role\/.*: spec\.inlinePolicies: the inline policies together may have 10240 characters without white space/,
    },
    'too much in a trust policy': {
      reason: 'IAM takes 2,048 characters',
      kind: 'Role',
      change: inPolicy('assumeRolePolicyDocument', (statement) => (statement.Sid = 'x'.repeat(2048))),
      says: /Role\/.*: spec\.assumeRolePolicyDocument: the trust policy may have 2048 characters/,
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
  });
});
