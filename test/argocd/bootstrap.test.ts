import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { argocd, policyFolders, read, servicesIn } from './manifests';

// Other programs run: on a busy machine they take their time.
jest.setTimeout(300_000);

const script = path.join(argocd, 'iam/bootstrap.sh');
const official = servicesIn(policyFolders.official);
const own = servicesIn(policyFolders.own);
const cluster = 'arn:aws-cn:eks:cn-north-1:111111111111:cluster/management';

/** What the account holds before the script runs, or how it fails. */
interface Account {
  readonly roles?: readonly string[];
  readonly associations?: Readonly<Record<string, string>>;
  readonly getRoleFails?: string;
  readonly hasBoundary?: boolean;
  /** The version that has to go before a new one fits. */
  readonly oldestVersion?: string;
  /** What AWS says to CreateServiceLinkedRole and DeleteRolePolicy, when they fail. */
  readonly ecsRoleFails?: string;
  readonly deletePolicyFails?: string;
}

const noSuchEntity = (operation: string) =>
  `An error occurred (NoSuchEntity) when calling the ${operation} operation: not found`;
const taken =
  'An error occurred (InvalidInput) when calling the CreateServiceLinkedRole operation: Service role name ' +
  'AWSServiceRoleForECS has been taken in this account, please try a different suffix.';

// In the AWS CLI's place, which a test cannot demand of the machine: answers from an `Account` and notes each call.
const fakeAws = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
fs.appendFileSync(process.env.CALLS, JSON.stringify(args) + '\\n');
const account = JSON.parse(process.env.ACCOUNT);
const option = (name) => args[args.indexOf(name) + 1];
const fail = (message) => { console.error(message); process.exit(254); };
switch (args.slice(0, 2).join(' ')) {
  case 'sts get-caller-identity': console.log('arn:aws-cn:sts::111111111111:assumed-role/admin/me\\t111111111111'); break;
  case 'eks describe-cluster': console.log('${cluster}'); break;
  case 'eks list-pod-identity-associations': console.log((account.associations ?? {})[option('--service-account')] ?? 'None'); break;
  case 'iam get-policy':
    if (!account.hasBoundary) fail('An error occurred (NoSuchEntity) when calling the GetPolicy operation');
    break;
  case 'iam create-service-linked-role':
    if (account.ecsRoleFails) fail(account.ecsRoleFails);
    break;
  case 'iam delete-role-policy':
    if (account.deletePolicyFails) fail(account.deletePolicyFails);
    break;
  case 'iam list-policy-versions': console.log(account.oldestVersion ?? ''); break;
  case 'iam get-role':
    if (account.getRoleFails) fail(account.getRoleFails);
    if (!(account.roles ?? []).includes(option('--role-name'))) fail('An error occurred (NoSuchEntity) when calling the GetRole operation');
}
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootstrap-'));
fs.writeFileSync(path.join(folder, 'aws'), fakeAws, { mode: 0o755 });
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

function run(args: readonly string[], account: Account = {}) {
  const calls = path.join(folder, 'calls');
  fs.writeFileSync(calls, '');
  const { status, stdout, stderr } = spawnSync(script, args, {
    encoding: 'utf8',
    env: {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      CALLS: calls,
      ACCOUNT: JSON.stringify(account),
    },
  });
  const lines = read(calls).trim().split('\n').filter(Boolean);
  return { status, stdout, stderr, calls: lines.map((line) => new Call(JSON.parse(line) as string[])) };
}

class Call {
  readonly command: string;
  constructor(private readonly args: readonly string[]) {
    this.command = args.slice(0, 2).join(' ');
  }
  option(name: string): string {
    return this.args.includes(name) ? (this.args[this.args.indexOf(name) + 1] ?? '') : '';
  }
  /** A policy document, given as JSON or as a file. */
  policy(name: string): unknown {
    const value = this.option(name);
    return JSON.parse(value.startsWith('file://') ? read(value.slice('file://'.length)) : value);
  }
}

/** The calls that change something. */
function changes(calls: readonly Call[]): string[] {
  return calls
    .filter(({ command }) => !/ (get|list|describe)-/.test(command))
    .map((call) => {
      const subjects = ['--role-name', '--aws-service-name', '--service-account', '--policy-arn', '--policy-name'];
      return `${call.command} ${subjects.map((name) => call.option(name)).find(Boolean) ?? ''}`;
    });
}

function policyOf(role: string, calls: readonly Call[]): unknown {
  return calls
    .find((c) => c.command === 'iam put-role-policy' && c.option('--role-name') === role)
    ?.policy('--policy-document');
}

function trustOf(role: string, calls: readonly Call[]): unknown {
  const option = {
    'iam create-role': '--assume-role-policy-document',
    'iam update-assume-role-policy': '--policy-document',
  };
  const call = calls.find((c) => c.command in option && c.option('--role-name') === role);
  return call?.policy(option[call.command as keyof typeof option]);
}

function allow(statement: object): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], ...statement }],
  };
}

function target(service: string): string {
  return `arn:*:iam::*:role/ack-${service}-target`;
}

describe('controllers', () => {
  test('makes for each service a role that its pod alone may use, and only to become the service’s target role', () => {
    const { status, calls } = run(['controllers', 'management']);
    expect(status).toBe(0);
    expect(changes(calls)).toEqual(
      [...official, 'sanders'].flatMap((s) => [
        `iam create-role ack-${s}-controller`,
        `iam put-role-policy ack-${s}-controller`,
        `eks create-pod-identity-association ack-${s}-controller`,
      ]),
    );
    expect(trustOf('ack-s3-controller', calls)).toEqual(
      allow({
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-arn': cluster,
            'aws:RequestTag/kubernetes-namespace': 'ack-system',
            'aws:RequestTag/kubernetes-service-account': 'ack-s3-controller',
          },
        },
      }),
    );
    expect(policyOf('ack-s3-controller', calls)).toEqual(allow({ Resource: ['arn:*:iam::*:role/ack-s3-target'] }));
    expect(policyOf('ack-sanders-controller', calls)).toEqual(allow({ Resource: own.map(target) }));
    const association = calls.find((c) => c.command === 'eks create-pod-identity-association');
    expect(association?.option('--role-arn')).toBe(
      `arn:aws-cn:iam::111111111111:role/ack-${official[0] ?? ''}-controller`,
    );
  });

  test('brings up to date what is there already, and makes nothing twice', () => {
    const names = [...official, 'sanders'].map((s) => `ack-${s}-controller`);
    const associations = Object.fromEntries(names.map((name) => [name, `a-${name}`]));
    const { status, calls } = run(['controllers', 'management'], { roles: names, associations });
    expect(status).toBe(0);
    expect(calls.filter(({ command }) => command.includes(' create-'))).toEqual([]);
    expect(calls.filter((c) => c.command === 'eks update-pod-identity-association')).toHaveLength(names.length);
  });
});

describe('capability', () => {
  test('makes one role that EKS may use to become any of the target roles, and our own controller’s', () => {
    const { status, calls } = run(['capability', 'management']);
    expect(status).toBe(0);
    expect(changes(calls)).toEqual([
      'iam create-role ack-capability',
      'iam put-role-policy ack-capability',
      'iam create-role ack-sanders-controller',
      'iam put-role-policy ack-sanders-controller',
      'eks create-pod-identity-association ack-sanders-controller',
    ]);
    expect(trustOf('ack-capability', calls)).toEqual(
      allow({ Principal: { Service: 'capabilities.eks.amazonaws.com' } }),
    );
    expect(policyOf('ack-capability', calls)).toEqual(allow({ Resource: ['arn:*:iam::*:role/ack-*-target'] }));
  });
});

describe('targets', () => {
  const cases = {
    controllers: { reason: 'each target role trusts its own controller', trusted: 'ack-s3-controller' },
    capability: { reason: 'EKS runs all controllers under one role', trusted: 'ack-capability' },
  };

  test.each(Object.entries(cases))(
    'for %s makes the roles with the rights of iam/<service>.json',
    (who, { trusted }) => {
      const { status, calls } = run(['targets', '222222222222', who]);
      expect(status).toBe(0);
      const made = (s: string) => [`iam create-role ack-${s}-target`, `iam put-role-policy ack-${s}-target`];
      const reads = who === 'capability' ? 'put' : 'delete';
      expect(changes(calls)).toEqual([
        'iam create-policy sanders-boundary',
        'iam create-service-linked-role ecs.amazonaws.com',
        ...official.flatMap((s) => [...made(s), `iam ${reads}-role-policy ack-${s}-target`]),
        ...own.flatMap(made),
      ]);
      expect(trustOf('ack-s3-target', calls)).toEqual(
        allow({ Principal: { AWS: `arn:aws-cn:iam::222222222222:role/${trusted}` } }),
      );
      expect(policyOf('ack-s3-target', calls)).toEqual(JSON.parse(read(path.join(policyFolders.official, 's3.json'))));
      expect(trustOf('ack-batch-target', calls)).toEqual(
        allow({ Principal: { AWS: 'arn:aws-cn:iam::222222222222:role/ack-sanders-controller' } }),
      );
      expect(policyOf('ack-batch-target', calls)).toEqual(JSON.parse(read(path.join(policyFolders.own, 'batch.json'))));
    },
  );

  test('brings the boundary up to date, and takes out its oldest version when AWS keeps no more', () => {
    const boundary = ({ calls }: ReturnType<typeof run>) => changes(calls).filter((change) => change.includes('polic'));
    const up = (account: Account) => boundary(run(['targets', '222222222222', 'controllers'], account));
    const arn = 'arn:aws-cn:iam::111111111111:policy/sanders-boundary';
    expect(up({ hasBoundary: true })).toContain(`iam create-policy-version ${arn}`);
    const full = up({ hasBoundary: true, oldestVersion: 'v1' });
    expect(full.slice(0, 2)).toEqual([`iam delete-policy-version ${arn}`, `iam create-policy-version ${arn}`]);
  });

  test('lets the capability’s roles read whatever a newer version reads', () => {
    const { calls } = run(['targets', '222222222222', 'capability']);
    const reads = calls.filter((c) => c.option('--policy-name') === 'ack-reads');
    expect(reads.map((c) => c.option('--role-name'))).toEqual(official.map((s) => `ack-${s}-target`));
    expect(reads.find((c) => c.option('--role-name') === 'ack-s3-target')?.policy('--policy-document')).toEqual(
      JSON.parse(read(path.join(policyFolders.official, 'capability/s3.json'))),
    );
  });

  test('takes these reads away where there were none, or stops with what AWS says', () => {
    const take = (deletePolicyFails: string) => run(['targets', '222222222222', 'controllers'], { deletePolicyFails });
    expect(take(noSuchEntity('DeleteRolePolicy')).status).toBe(0);
    const { status, stderr } = take('AccessDenied: no');
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot take reads from role ack-${official[0] ?? ''}-target: AccessDenied: no`);
  });

  test('makes the role that ECS needs, unless the account has it', () => {
    const make = (ecsRoleFails: string) => run(['targets', '222222222222', 'controllers'], { ecsRoleFails });
    expect(make(taken)).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = make('AccessDenied: no');
    expect(status).toBe(1);
    expect(stderr).toContain('cannot create the role of Amazon ECS: AccessDenied: no');
  });

  test('stops at a role that it may not read, with what AWS says, and changes no role', () => {
    const { status, stderr, calls } = run(['targets', '222222222222', 'controllers'], {
      getRoleFails: 'AccessDenied: no',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot read role ack-${official[0] ?? ''}-target: AccessDenied: no`);
    expect(changes(calls)).toEqual([
      'iam create-policy sanders-boundary',
      'iam create-service-linked-role ecs.amazonaws.com',
    ]);
  });
});

describe('bad input is refused before anything is changed', () => {
  const cases: Record<string, { reason: string; args: string[]; says: RegExp }> = {
    'no argument': { reason: 'says what there is', args: [], says: /usage: bootstrap.sh targets/ },
    'an unknown command': {
      reason: 'a typing mistake',
      args: ['target', '222222222222', 'controllers'],
      says: /usage/,
    },
    'no cluster': {
      reason: 'Pod Identity needs it',
      args: ['controllers'],
      says: /usage: bootstrap.sh controllers CLUSTER/,
    },
    'no cluster beside the capability': {
      reason: 'our own controller runs there',
      args: ['capability'],
      says: /usage: bootstrap.sh capability CLUSTER/,
    },
    'an account that is none': {
      reason: 'the trust would name nobody',
      args: ['targets', '12', 'controllers'],
      says: /must be 12 digits, got "12"/,
    },
    'an unknown principal': {
      reason: 'the trust would name nobody',
      args: ['targets', '222222222222', 'x'],
      says: /controllers or capability, got "x"/,
    },
  };

  test.each(Object.entries(cases))('%s', (_, { args, says }) => {
    const { status, stderr, calls } = run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(says);
    expect(changes(calls)).toEqual([]);
  });
});
