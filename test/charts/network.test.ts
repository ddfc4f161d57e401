import type { EnvironmentInput } from '../../environments/schema';
import { everything, minimal } from '../fixtures';
import { fileOf, named, object, objects } from '../rendered';

const withGateways = (natGateways: number) => ({ ...minimal, network: { ...minimal.network, natGateways } });

/** The NAT gateway that a private subnet's traffic takes. */
function gatewayOf(env: typeof minimal, zone: string): string | undefined {
  const subnet = named(env, 'Subnet', `sanders-private-subnet-${zone}-${env.name}`);
  const routeTable = named(env, 'RouteTable', subnet.spec.routeTableRefs[0].from.name);
  return routeTable.spec.routes?.[0]?.natGatewayRef.from.name;
}

/** Subnet → block. */
const addresses = (env: EnvironmentInput) =>
  Object.fromEntries(objects(env, 'Subnet').map(({ metadata, spec }) => [metadata.name, spec?.['cidrBlock']]));

describe('network', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'network')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'network')).toMatchSnapshot();
  });

  test('gives the subnets of two zones the first blocks of the VPC as the CDK stack does, each further zone the next two', () => {
    expect(addresses(everything)).toEqual({
      'sanders-public-subnet-a-everything': '172.16.0.0/26',
      'sanders-public-subnet-b-everything': '172.16.0.64/26',
      'sanders-private-subnet-a-everything': '172.16.0.128/26',
      'sanders-private-subnet-b-everything': '172.16.0.192/26',
      'sanders-public-subnet-c-everything': '172.16.1.0/26',
      'sanders-private-subnet-c-everything': '172.16.1.64/26',
    });
  });

  test('moves no subnet when a zone is added, which AWS could not do', () => {
    const { network } = everything;
    const [a = '', b = '', c = ''] = network.availabilityZones;
    const before = addresses({ ...everything, network: { ...network, natGateways: 1, availabilityZones: [a, b] } });
    const after = addresses({ ...everything, network: { ...network, natGateways: 1, availabilityZones: [a, b, c] } });
    expect(after).toMatchObject(before);
  });

  test('sends all private subnets through the only NAT gateway', () => {
    const gateways = ['a', 'b'].map((zone) => gatewayOf(withGateways(1), zone));
    expect(gateways).toEqual(['sanders-nat-gateway-a-minimal', 'sanders-nat-gateway-a-minimal']);
  });

  test('sends each private subnet through the NAT gateway of its zone when there is one', () => {
    const gateways = ['a', 'b', 'c'].map((zone) => gatewayOf(everything, zone));
    expect(gateways).toEqual(['a', 'b', 'c'].map((zone) => `sanders-nat-gateway-${zone}-everything`));
  });

  test('without NAT gateways makes none, nor an address for one, and leaves the private subnets without a way out', () => {
    const env = withGateways(0);
    expect(objects(env, 'NATGateway')).toEqual([]);
    expect(objects(env, 'ElasticIPAddress')).toEqual([]);
    expect(gatewayOf(env, 'a')).toBeUndefined();
    expect(objects(env, 'Subnet')).toHaveLength(4);
  });

  test.each([0, 1, 2])(
    'with %i NAT gateways reaches S3 and DynamoDB from all private subnets, and from where the jobs are, for free',
    (natGateways) => {
      const env = withGateways(natGateways);
      const endpoints = objects(env, 'VPCEndpoint').map(({ spec }) => spec);
      const sides = natGateways === 0 ? ['public', 'private'] : ['private'];
      const routeTableRefs = sides.flatMap((side) =>
        ['a', 'b'].map((zone) => ({ from: { name: `sanders-${side}-route-table-${zone}-minimal` } })),
      );
      expect(endpoints).toEqual(
        ['s3', 'dynamodb'].map((service) =>
          expect.objectContaining({
            vpcEndpointType: 'Gateway',
            serviceName: `com.amazonaws.eu-west-1.${service}`,
            routeTableRefs,
          }),
        ),
      );
    },
  );

  test('lets nobody connect to a job', () => {
    expect(object(minimal, 'SecurityGroup').spec.ingressRules).toBeUndefined();
  });
});
