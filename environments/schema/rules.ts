import { Netmask } from 'netmask';

import { nameRules, names, resultOf, stateOf } from './names';
import { platformTags } from './platform';
import { formatPath, type Problem } from './problem';
import type { Environment } from './schema';

/** A rule about several fields. It runs if every field that it reads is valid on its own. */
interface Rule {
  /** The fields that `check` reads, as paths from the root: `batch.jobs[*].name`. */
  readonly reads: readonly string[];
  check(env: Environment): Problem[];
}

/** The rules about several fields of one environment. */
export const rules: readonly Rule[] = [
  {
    reads: ['partition', 'region'],
    check: ({ partition, region }) => {
      const expected = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
      if (partition === expected) return [];
      return [{ path: ['partition'], allowed: `"${expected}", where the region ${region} is`, got: partition }];
    },
  },
  {
    reads: ['region', 'network.availabilityZones'],
    check: ({ region, network }) => [
      ...network.availabilityZones.flatMap((zone, i) =>
        zone.slice(0, -1) === region
          ? []
          : [
              {
                path: ['network', 'availabilityZones', i],
                allowed: `a zone of ${region}, e.g. "${region}a"`,
                got: zone,
              },
            ],
      ),
      ...duplicates(network.availabilityZones, (i) => ['network', 'availabilityZones', i]),
    ],
  },
  {
    reads: ['network.availabilityZones', 'network.natGateways'],
    check: ({ network: { availabilityZones, natGateways } }) => {
      const zones = availabilityZones.length;
      if ([0, 1, zones].includes(natGateways)) return [];
      return [
        {
          path: ['network', 'natGateways'],
          allowed: `0, 1 or ${zones} (one for each availability zone)`,
          got: natGateways,
        },
      ];
    },
  },
  {
    reads: ['network.availabilityZones', 'network.vpcCidr', 'network.subnetMask'],
    check: ({ network: { availabilityZones, vpcCidr, subnetMask } }) => {
      const subnets = availabilityZones.length * 2;
      const room = 2 ** (subnetMask - new Netmask(vpcCidr).bitmask);
      if (room >= subnets) return [];
      return [
        {
          path: ['network', 'vpcCidr'],
          allowed: `room for ${subnets} subnets of /${subnetMask} (a public and a private one for each zone), of which it holds ${Math.floor(room)}`,
          got: vpcCidr,
        },
      ];
    },
  },
  {
    reads: ['network.vpcCidr', 'network.avoidCidrs'],
    check: ({ network: { vpcCidr, avoidCidrs } }) =>
      avoidCidrs.flatMap((avoid, i) =>
        overlap(vpcCidr, avoid)
          ? [
              {
                path: ['network', 'vpcCidr'],
                allowed: `a block that does not overlap ${avoid} (network.avoidCidrs[${i}])`,
                got: vpcCidr,
              },
            ]
          : [],
      ),
  },
  {
    reads: ['batch.jobs[*].name'],
    check: ({ batch: { jobs } }) =>
      duplicates(
        jobs.map((job) => job.name),
        (i) => ['batch', 'jobs', i, 'name'],
      ),
  },
  {
    reads: ['batch.jobs[*].vcpu', 'batch.maxvCpus'],
    check: ({ batch: { jobs, maxvCpus } }) => {
      const largest = Math.max(...jobs.map((job) => job.vcpu));
      if (maxvCpus >= largest) return [];
      return [
        {
          path: ['batch', 'maxvCpus'],
          allowed: `at least ${largest}, which the largest job needs to start`,
          got: maxvCpus,
        },
      ];
    },
  },
  {
    reads: ['batch.jobs[*].name', 'orchestration.stages[*][*].job'],
    check: ({ batch: { jobs }, orchestration: { stages } }) => {
      const allowed = `the name of an entry of batch.jobs (${jobs.map(({ name }) => `"${name}"`).join(', ')})`;
      return stepsOf(stages)
        .filter(({ step }) => !jobs.some(({ name }) => name === step.job))
        .map(({ step, path }) => ({ path: [...path, 'job'], allowed, got: step.job }));
    },
  },
  {
    reads: ['orchestration.timeoutHours', 'orchestration.stages[*][*].timeoutMinutes'],
    check: ({ orchestration: { stages, timeoutHours } }) => {
      const most = timeoutHours * 60;
      const allowed = `at most ${most} minutes, the whole execution's time-out`;
      return stepsOf(stages)
        .filter(({ step }) => step.timeoutMinutes > most)
        .map(({ step, path }) => ({ path: [...path, 'timeoutMinutes'], allowed, got: step.timeoutMinutes }));
    },
  },
  ...(['name', 'result'] as const).map((field): Rule => ({
    reads: ['orchestration.stages[*][*].name', 'orchestration.stages[*][*].result'],
    check: ({ orchestration: { stages } }) => {
      const steps = stepsOf(stages);
      return duplicates(
        steps.map(({ step }) => (field === 'name' ? stateOf(step) : resultOf(step))),
        (i) => ['orchestration', 'stages', ...(steps[i]?.path.slice(2) ?? []), field],
      );
    },
  })),
  ...Object.entries({ data: 'retain', pointInTimeRecovery: true, deletionProtection: true } as const).map(
    ([field, needed]): Rule => ({
      reads: ['production', `retention.${field}`],
      check: ({ production, retention }) => {
        const got = retention[field as keyof typeof retention];
        if (!production || got === needed) return [];
        return [{ path: ['retention', field], allowed: `${JSON.stringify(needed)} in production`, got }];
      },
    }),
  ),
  {
    reads: ['retention.data', 'retention.deletionProtection'],
    check: ({ retention: { data, deletionProtection } }) => {
      if (data === 'retain' || !deletionProtection) return [];
      const allowed = 'false when retention.data is "delete", or the table could not be deleted';
      return [{ path: ['retention', 'deletionProtection'], allowed, got: deletionProtection }];
    },
  },
  {
    reads: ['budget'],
    check: ({ budget: { emails, actualThresholds, forecastThresholds } }) => {
      const problems = [
        ...duplicates(emails, (i) => ['budget', 'emails', i]),
        ...duplicates(actualThresholds, (i) => ['budget', 'actualThresholds', i]),
        ...duplicates(forecastThresholds, (i) => ['budget', 'forecastThresholds', i]),
      ];
      const count = actualThresholds.length + forecastThresholds.length;
      if (count > 5)
        problems.push({ path: ['budget'], allowed: 'at most 5 thresholds in all (AWS Budgets)', got: count });
      return problems;
    },
  },
  {
    reads: ['tags'],
    check: ({ tags }) => {
      // S3 has the lowest limit, 50 per bucket, and ACK adds up to four of its own.
      const most = 50 - platformTags.length - 4;
      const keys = Object.keys(tags);
      const lower = keys.map((key) => key.toLowerCase());
      // IAM ignores the case of tag keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html.
      const clashes = keys.filter((key, i) => lower.indexOf(key.toLowerCase()) !== i);
      return [
        ...clashes.map((key) => ({
          path: ['tags', key],
          allowed: 'a tag that differs from the others by more than case (IAM)',
          got: tags[key],
        })),
        ...(keys.length > most ? [{ path: ['tags'], allowed: `at most ${most} tags`, got: keys.length }] : []),
      ];
    },
  },
  {
    reads: ['name', 'names'],
    check: (env) => {
      const named = names(env);
      return (['bucket', 'table', 'repository', 'queue'] as const).flatMap((kind) =>
        nameRules[kind].accepts(named[kind])
          ? []
          : [{ path: ['names', kind], allowed: nameRules[kind].allowed, got: named[kind] }],
      );
    },
  },
];

/** The fields that decide what an environment's resources are called and where they are. */
export const identity: readonly string[] = ['name', 'account', 'partition', 'region', 'names', 'batch.jobs[*].name'];

/**
 * The rules between environments: no two of them may claim the same thing in AWS. Returns each environment's problems,
 * in the order of `envs`.
 */
export function problemsBetween(envs: readonly Environment[]): Problem[][] {
  const taken = new Map<string, string>();
  return envs.map((env) => {
    const named = names(env);
    const place = `${env.partition}/${env.account}/${env.region}`;
    // Bucket names must be unique in the whole partition, the others within an account and region.
    const claims: [string, Problem['path'], string][] = [
      ['environment', ['name'], env.name],
      [`bucket ${env.partition}`, ['names', 'bucket'], named.bucket],
      [`table ${place}`, ['names', 'table'], named.table],
      [`repository ${place}`, ['names', 'repository'], named.repository],
      [`queue ${place}`, ['names', 'queue'], named.queue],
      // Size `a-b` in environment `dev` and size `a` in `b-dev` would get the same name.
      ...env.batch.jobs.map((job, i): [string, Problem['path'], string] => [
        `job definition ${place}`,
        ['batch', 'jobs', i, 'name'],
        named.job(job.name),
      ]),
    ];
    return claims.flatMap(([scope, path, name]) => {
      const claim = `${scope} ${name}`;
      const owner = taken.get(claim) ?? env.name;
      if (!taken.has(claim)) taken.set(claim, env.name);
      else if (owner !== env.name || scope === 'environment') {
        return [{ path, allowed: `a name that no other environment has (environments/${owner} has it)`, got: name }];
      }
      return [];
    });
  });
}

type Step = Environment['orchestration']['stages'][number][number];

/** The steps of all stages, and where each is. */
function stepsOf(stages: readonly (readonly Step[])[]): { readonly step: Step; readonly path: Problem['path'] }[] {
  return stages.flatMap((stage, i) =>
    stage.map((step, j) => ({ step, path: ['orchestration', 'stages', i, j] as const })),
  );
}

function duplicates(values: readonly (string | number)[], path: (index: number) => Problem['path']): Problem[] {
  return values.flatMap((value, i) => {
    const first = values.indexOf(value);
    return first === i ? [] : [{ path: path(i), allowed: `no duplicate of ${formatPath(path(first))}`, got: value }];
  });
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [new Netmask(a), new Netmask(b)];
  return one.contains(other.base) || other.contains(one.base);
}
