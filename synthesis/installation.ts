import { stringify } from 'yaml';

import type { Environment } from '../environments/schema';
import { ackHealth } from './health';
import { kinds, officialServices, serviceOf, services, type Kind, type Service } from './kinds';

/** What the installation is made from: the table of kinds, unless a test gives another one. */
export interface Tables {
  readonly kinds: readonly Kind[];
  readonly services: Readonly<Record<string, Service>>;
}

/**
 * What a management cluster must be told of the kinds and of the environments' accounts, as files: path from the repository's
 * root → content. They are patches and resources of the kustomizations in argocd/, and the page docs/kinds.md.
 */
export function installation(
  environments: readonly Environment[],
  tables: Tables = { kinds, services },
): Map<string, string> {
  const official = officialServices(tables.services);
  const ours = Object.keys(tables.services).filter((service) => !official.includes(service));
  const accounts = accountsOf(environments);
  const files = {
    'argocd/base/project-kinds.generated.yaml': [projectKinds(tables)],
    'argocd/health/argocd-cm.generated.yaml': [healthChecks(tables)],
    'argocd/controller/ack-role-account-map.generated.yaml': [roleMap(ours, accounts)],
    'argocd/overlays/self-managed/ack-controllers.generated.yaml': [controllers(official, tables)],
    'argocd/overlays/self-managed/ack-role-account-map.generated.yaml': [roleMap(official, accounts)],
    'argocd/overlays/eks-capabilities/argocd-rbac.generated.yaml': [argocdRights(tables)],
    'argocd/overlays/eks-capabilities/iam-role-selectors.generated.yaml': accounts.flatMap((account) =>
      official.map((service) => roleSelector(service, account)),
    ),
  };
  return new Map([
    ...Object.entries(files).map(([path, objects]) => [path, yaml(objects)] as const),
    ['docs/kinds.md', page(tables)],
  ]);
}

/** The accounts that environments live in, each with its partition; in the order of the environments. */
function accountsOf(environments: readonly Environment[]): Account[] {
  const accounts = new Map(environments.map(({ account, partition }) => [account, { account, partition }]));
  return [...accounts.values()];
}

type Account = Pick<Environment, 'account' | 'partition'>;

/** The role that a service's controller assumes in an account; argocd/iam/bootstrap.sh makes it. */
function targetRole(service: string, { account, partition }: Account): string {
  return `arn:${partition}:iam::${account}:role/ack-${service}-target`;
}

/** Which kinds an environment may consist of, for the project `sanders`. */
function projectKinds({ kinds }: Tables): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'sanders', namespace: 'argocd' },
    spec: {
      namespaceResourceWhitelist: kinds
        .filter(({ kind }) => kind !== 'Namespace')
        .map(({ group, kind }) => ({ group, kind })),
    },
  };
}

/** How Argo CD tells the health of each kind that a controller serves. */
function healthChecks({ kinds }: Tables): object {
  const served = kinds.filter(({ group }) => serviceOf(group) !== undefined);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    // Argo CD reads its settings only where it finds this label.
    metadata: { name: 'argocd-cm', namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    data: Object.fromEntries(
      served.map(({ group, kind }) => [`resource.customizations.health.${group}_${kind}`, ackHealth]),
    ),
  };
}

/** What the managed Argo CD may write: the same kinds, and the namespaces. */
function argocdRights({ kinds }: Tables): object {
  const groups = [...new Set(kinds.map(({ group }) => group))];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'sanders-argocd' },
    rules: [
      // Everything, as AWS demands, or Argo CD cannot tell the health and the differences of what it manages.
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      ...groups.map((group) => ({
        apiGroups: [group],
        resources: kinds.filter((row) => row.group === group).map(({ kind }) => plural(kind)),
        verbs: ['create', 'update', 'patch', 'delete'],
      })),
    ],
  };
}

/** The list of the official controllers: see argocd/overlays/self-managed/ack-controllers.yaml. */
function controllers(official: readonly string[], { kinds, services }: Tables): object {
  const elements = official.map((service) => ({
    service,
    version: services[service]?.production,
    resyncSeconds: services[service]?.resyncSeconds,
    kinds: kinds.filter(({ group }) => serviceOf(group) === service).map(({ kind }) => kind),
  }));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'ack-controllers', namespace: 'argocd' },
    spec: { generators: [{ list: { elements } }] },
  };
}

/** Which role a controller assumes for an account: one line per service and account. */
function roleMap(names: readonly string[], accounts: readonly Account[]): object {
  const lines = accounts.flatMap((account) =>
    names.map((service) => [`${service}.${account.account}`, targetRole(service, account)] as const),
  );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'ack-role-account-map', namespace: 'ack-system' },
    data: Object.fromEntries(lines),
  };
}

/**
 * The role that the managed ACK assumes for objects: one selector per service and account, so that each role needs only its
 * own service's rights. Environments' namespaces carry their account as a label. For a namespace that no selector matches, ACK
 * uses the capability's own role, which may do nothing in AWS; so nothing is ever created in the wrong account.
 *
 * The empty strings and the empty list mean "any"; the CRD requires the keys.
 */
function roleSelector(service: string, account: Account): object {
  return {
    apiVersion: 'services.k8s.aws/v1alpha1',
    kind: 'IAMRoleSelector',
    metadata: { name: `${service}-${account.account}` },
    spec: {
      arn: targetRole(service, account),
      namespaceSelector: { names: [], labelSelector: { matchLabels: { account: account.account } } },
      resourceTypeSelector: [{ group: `${service}.services.k8s.aws`, version: '', kind: '' }],
    },
  };
}

/** The plural of a kind as the API server spells it. */
export function plural(kind: string): string {
  const name = kind.toLowerCase();
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

function yaml(objects: readonly object[]): string {
  const head = '# Generated by `make synth` from synthesis/kinds.ts and environments/; never edited.\n';
  return head + objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}

/** The table of kinds, for people. */
function page({ kinds, services }: Tables): string {
  const head = [
    'kind',
    'controller',
    'in production',
    'in the sandbox',
    'data',
    'AWS takes',
    'cannot be changed in place',
  ];
  const rows = kinds.map(({ kind, group, data, creationSeconds, immutable = [], revisions }) => {
    const service = services[serviceOf(group) ?? ''];
    const changes = [
      ...immutable.map((field) => `\`${field}\``),
      ...(revisions ? ['other changes make a revision'] : []),
    ];
    return [
      `\`${kind}\``,
      service === undefined ? '' : service.controller === 'ours' ? 'ours' : `ACK ${serviceOf(group) ?? ''}`,
      service?.production ?? '',
      service?.sandbox ?? '',
      data ? 'yes' : '',
      creationSeconds === undefined ? '' : `${creationSeconds} s`,
      changes.join(', '),
    ];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    '<!-- Generated by `make synth` from synthesis/kinds.ts; never edited. -->',
    '# Kinds',
    '',
    'What environments consist of, and what is true of each kind. The table is [`synthesis/kinds.ts`](../synthesis/kinds.ts);',
    'how a kind is added: [changes-tour.md](changes-tour.md).',
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    'Seconds are the order of magnitude seen in real accounts; nothing there means at once. A change of a field that cannot',
    'be changed in place is refused by the API server where the kind says so, and otherwise ignored by the controller.',
    '',
  ].join('\n');
}
