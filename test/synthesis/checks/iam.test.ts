import { inPolicy, violations } from './violations';

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
