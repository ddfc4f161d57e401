import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { stringify } from 'yaml';
import { patience } from '../../synthesis/health';
import { kinds, serviceOf } from '../../synthesis/kinds';
import { argocd, build, only, readYaml, type Manifest } from './manifests';

const file = path.join(argocd, 'health/argocd-cm.generated.yaml');
const { data } = readYaml(file) as Manifest & { data: Record<string, string> };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'health-'));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

/** What Argo CD thinks of an object with these conditions: the program of Argo CD that $ARGOCD names runs the check itself. */
function healthOf(
  kind: { kind: string; group: string },
  conditions?: readonly object[],
  { created = 0, applied = created }: { created?: number; applied?: number } = {},
): string {
  const object = path.join(folder, 'object.yaml');
  const status = conditions && { conditions };
  fs.writeFileSync(
    object,
    stringify({ apiVersion: `${kind.group}/v1alpha1`, kind: kind.kind, metadata: metadata(created, applied), status }),
  );
  const args = ['admin', 'settings', 'resource-overrides', 'health', object, '--argocd-cm-path', file];
  const argocd = process.env['ARGOCD'] ?? 'argocd';
  const { stdout, stderr, error } = spawnSync(argocd, args, {
    encoding: 'utf8',
    // The program is several in one; this picks its command line.
    env: { ...process.env, ARGOCD_BINARY_NAME: 'argocd' },
  });
  if (error) {
    throw new Error(
      `${argocd}: not found. Set ARGOCD to the pinned one: export ARGOCD=$(npx ts-node sandbox/build.ts argocd)`,
      { cause: error },
    );
  }
  if (!stdout.includes('STATUS: ')) throw new Error(stderr);
  return stdout.trim().replaceAll('\n', '; ');
}

const ago = (seconds: number) => `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

/** Of an object that was created and applied so many seconds ago; its controller has just written to it. */
function metadata(created: number, applied: number): object {
  const entry = (manager: string, seconds: number, annotation: string) => ({
    manager,
    operation: 'Update',
    time: ago(seconds),
    fieldsV1: { 'f:metadata': { 'f:annotations': { [annotation]: {} } } },
  });
  return {
    name: 'x',
    creationTimestamp: ago(created),
    managedFields: [
      entry('argocd-controller', applied, 'f:kubectl.kubernetes.io/last-applied-configuration'),
      entry('controller', 0, 'f:example.test/note'),
    ],
  };
}

const ready = (status: string, message?: string) => ({ type: 'Ready', status, message });
const terminal = (status: string) => ({ type: 'ACK.Terminal', status, message: 'no such thing' });

interface Case {
  readonly reason: string;
  readonly conditions?: object[];
  /** Seconds since it was created, and since it was applied last. */
  readonly ages?: { readonly created: number; readonly applied?: number };
  readonly says: RegExp;
}

const cases: Record<string, Case> = {
  'no status': { reason: 'nobody has looked at it', says: /^STATUS: Progressing; MESSAGE: The controller has not/ },
  'no conditions': { reason: 'the same', conditions: [], says: /^STATUS: Progressing/ },
  ready: { reason: 'it is there', conditions: [terminal('False'), ready('True')], says: /^STATUS: Healthy/ },
  'not ready': {
    reason: 'the next wave waits, and says for what',
    conditions: [ready('False', 'table is being created')],
    says: /^STATUS: Progressing; MESSAGE: table is being created/,
  },
  'ready unknown': { reason: 'ACK does not know', conditions: [ready('Unknown')], says: /^STATUS: Progressing/ },
  terminal: {
    reason: 'waiting does not help',
    conditions: [terminal('True'), ready('False')],
    says: /^STATUS: Degraded; MESSAGE: no such thing/,
  },
  'terminal, said last': {
    reason: "Argo CD's own check stops at Ready and waits for ever",
    conditions: [ready('False', 'not synced'), terminal('True')],
    says: /^STATUS: Degraded; MESSAGE: no such thing/,
  },
  recoverable: {
    reason: 'the controller tries again',
    conditions: [{ type: 'ACK.Recoverable', status: 'True', message: 'AccessDenied' }, ready('False', 'AccessDenied')],
    says: /^STATUS: Progressing; MESSAGE: AccessDenied/,
  },
  'not ready for long': {
    reason: 'a sync that waits for it ends, and lets in the commit that mends it',
    conditions: [ready('False', 'AccessDenied')],
    ages: { created: patience + 60 },
    says: /^STATUS: Degraded; MESSAGE: Not Ready 300 s after its last change in Git: AccessDenied/,
  },
  'without a status for long': {
    reason: 'its controller does not run',
    ages: { created: patience + 60 },
    says: /^STATUS: Degraded; MESSAGE: Not Ready 300 s .*: The controller has not looked/,
  },
  'old, and was changed just now': {
    reason: 'it has all the time again',
    conditions: [ready('False', 'updating')],
    ages: { created: patience + 60, applied: patience - 60 },
    says: /^STATUS: Progressing; MESSAGE: updating/,
  },
  'ready for long': { reason: 'it is there', conditions: [ready('True')], ages: { created: 1e6 }, says: /: Healthy/ },
};

const served = kinds.filter(({ group }) => serviceOf(group) !== undefined);

test.each(Object.entries(cases))('an object that is %s', (_, { conditions, ages, says }) => {
  expect(healthOf({ kind: 'JobQueue', group: 'batch.services.k8s.aws' }, conditions, ages)).toMatch(says);
});

test.each(['Pacific/Auckland', 'America/Los_Angeles'])('the time counts the same in %s', (zone) => {
  const own = process.env['TZ'];
  process.env['TZ'] = zone;
  try {
    const [young, old] = [patience - 60, patience + 60].map((created) =>
      healthOf({ kind: 'JobQueue', group: 'batch.services.k8s.aws' }, undefined, { created }),
    );
    expect([young, old]).toEqual([expect.stringContaining('Progressing'), expect.stringContaining('Degraded')]);
  } finally {
    if (own === undefined) delete process.env['TZ'];
    else process.env['TZ'] = own;
  }
});

test.each(served.map((row) => [row.kind, row] as const))('%s has a check that Argo CD finds', (_, row) => {
  expect(healthOf(row, [ready('True'), terminal('True')])).toMatch(/^STATUS: Degraded/);
});

test('there is one for each kind that a controller serves, by its name: AWS’s Argo CD takes no wildcards', () => {
  expect(Object.keys(data)).toEqual(served.map(({ group, kind }) => `resource.customizations.health.${group}_${kind}`));
});

test('the overlay for EKS Capabilities brings them, where its Argo CD looks', () => {
  const { metadata, data: found } = only(build('eks-capabilities'), 'ConfigMap', 'argocd-cm');
  expect(metadata).toMatchObject({ namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } });
  expect(found).toEqual(data);
});
