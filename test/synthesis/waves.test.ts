import { arnIndex, referencesOf } from '../../synthesis/references';
import { idOf, type Manifest } from '../../synthesis/manifest';
import { withSyncWaves } from '../../synthesis/waves';
import { everything, minimal } from '../fixtures';
import { rendered } from '../rendered';

function manifest(kind: string, name: string, spec: Record<string, unknown> = {}): Manifest {
  return { apiVersion: 'x/v1', kind, metadata: { name }, spec };
}

const ref = (name: string) => ({ from: { name } });

/** Object → wave. */
function wavesOf(manifests: readonly Manifest[]): Record<string, number> {
  const annotated = withSyncWaves(manifests);
  return Object.fromEntries(
    annotated.map((m) => [idOf(m), Number(m.metadata.annotations?.['argocd.argoproj.io/sync-wave'])]),
  );
}

describe('sync waves', () => {
  test('count the depth of references, whatever the order of the objects', () => {
    const manifests = [
      manifest('Subnet', 's', { vpcRef: ref('v'), routeTableRefs: [ref('r')] }),
      manifest('RouteTable', 'r', { vpcRef: ref('v'), routes: [{ gatewayRef: ref('i') }] }),
      manifest('InternetGateway', 'i', { vpcRef: ref('v') }),
      manifest('VPC', 'v'),
    ];
    expect(wavesOf(manifests)).toEqual({ 'Subnet/s': 3, 'RouteTable/r': 2, 'InternetGateway/i': 1, 'VPC/v': 0 });
    expect(wavesOf([...manifests].reverse())).toEqual(wavesOf(manifests));
  });

  test('count references by ARN of a state machine, which has no others', () => {
    const manifests = [
      manifest('StateMachine', 'm', { name: 'm', roleARN: 'arn:aws:iam::1:role/r' }),
      manifest('Role', 'r', { name: 'r' }),
    ];
    expect(wavesOf(manifests)).toEqual({ 'StateMachine/m': 1, 'Role/r': 0 });
  });

  test('are shared by what the Batch controller keeps in step itself', () => {
    const manifests = [
      manifest('StateMachine', 'm', { name: 'm', definition: '{"q":"arn:aws:batch:x:1:job-queue/q"}' }),
      manifest('Role', 'r', { name: 'r' }),
      manifest('JobQueue', 'q', { name: 'q', computeEnvironmentOrder: [{ computeEnvironmentRef: ref('c') }] }),
      manifest('ComputeEnvironment', 'c', { name: 'c', serviceRoleRef: ref('r') }),
    ];
    expect(wavesOf(manifests)).toEqual({
      'StateMachine/m': 1,
      'Role/r': 0,
      'JobQueue/q': 1,
      'ComputeEnvironment/c': 1,
    });
  });

  test('do not count ARNs in policies, which may name what does not exist yet', () => {
    const policy = '{"Resource":"arn:aws:s3:::b"}';
    expect(
      wavesOf([
        manifest('Role', 'r', { name: 'r', inlinePolicies: { p: policy } }),
        manifest('Bucket', 'b', { name: 'b', policy }),
      ]),
    ).toEqual({
      'Role/r': 0,
      'Bucket/b': 0,
    });
  });

  test('leave missing objects to the checks', () => {
    expect(wavesOf([manifest('Subnet', 's', { vpcRef: ref('elsewhere'), unknownRef: ref('x') })])).toEqual({
      'Subnet/s': 0,
    });
  });

  test('refuse a circle, and name it', () => {
    const circle = [
      manifest('RouteTable', 'r', { routes: [{ natGatewayRef: ref('n') }] }),
      manifest('NATGateway', 'n', { subnetRef: ref('s') }),
      manifest('Subnet', 's', { routeTableRefs: [ref('r')] }),
    ];
    expect(() => withSyncWaves(circle)).toThrow(
      'references go round in a circle: RouteTable/r → NATGateway/n → Subnet/s → RouteTable/r',
    );
  });

  test.each([minimal, everything])('of $name: every object comes after everything that it refers to', (env) => {
    const { manifests } = rendered(env);
    const waves = wavesOf(manifests);
    const findByArn = arnIndex(manifests);
    const pairs = manifests.flatMap((m) =>
      referencesOf(m, findByArn).map(({ target }) => [idOf(m), String(target)] as const),
    );
    expect(pairs.length).toBeGreaterThan(50);
    const inOneWave = /^(ComputeEnvironment|JobQueue|JobDefinition)\//;
    const comesAfter = ([from, to]: readonly [string, string]) => {
      const [later = -1, earlier = Infinity] = [waves[from], waves[to]];
      return inOneWave.test(to) ? later >= earlier : later > earlier;
    };
    expect(pairs.filter((pair) => !comesAfter(pair))).toEqual([]);
  });

  test('delete the service role after the compute environment', () => {
    const waves = wavesOf(rendered(minimal).manifests);
    expect(waves['Role/sanders-batch-service-role-minimal']).toBeLessThan(
      waves['ComputeEnvironment/sanders-batch-compute-minimal'] ?? 0,
    );
  });
});
