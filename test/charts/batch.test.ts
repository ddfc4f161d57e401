import { everything, minimal } from '../fixtures';
import { fileOf, object, objects } from '../rendered';

describe('batch', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'batch')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'batch')).toMatchSnapshot();
  });

  test('names its service role, or leaves it to Batch', () => {
    expect(object(minimal, 'ComputeEnvironment').spec.serviceRoleRef).toEqual({
      from: { name: 'sanders-batch-service-role-minimal' },
    });
    expect(object(everything, 'ComputeEnvironment').spec.serviceRoleRef).toBeUndefined();
  });

  const networks: Record<string, { natGateways: number; subnets: string; assignPublicIP: string; reason: string }> = {
    'behind NAT': {
      natGateways: 1,
      subnets: 'private',
      assignPublicIP: 'DISABLED',
      reason: 'the image comes through the gateway',
    },
    'without NAT': {
      natGateways: 0,
      subnets: 'public',
      assignPublicIP: 'ENABLED',
      reason: 'the image comes through the internet gateway',
    },
  };
  test.each(Object.entries(networks))('runs jobs %s', (_, { natGateways, subnets, assignPublicIP }) => {
    const env = { ...minimal, network: { ...minimal.network, natGateways } };
    const { subnetRefs } = object(env, 'ComputeEnvironment').spec.computeResources;
    expect(subnetRefs).toEqual(
      ['a', 'b'].map((zone) => ({ from: { name: `sanders-${subnets}-subnet-${zone}-minimal` } })),
    );
    for (const { spec } of objects(env, 'JobDefinition')) {
      expect(spec).toMatchObject({ containerProperties: { networkConfiguration: { assignPublicIP } } });
    }
  });

  const registries: Record<string, { partition: 'aws' | 'aws-cn'; region: string; image: string }> = {
    aws: {
      partition: 'aws',
      region: 'eu-west-1',
      image: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/sanders-customer-platform-minimal:latest',
    },
    China: {
      partition: 'aws-cn',
      region: 'cn-north-1',
      image: '111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/sanders-customer-platform-minimal:latest',
    },
  };
  test.each(Object.entries(registries))(
    'takes the image from the registry of %s',
    (_, { partition, region, image }) => {
      const env = { ...minimal, partition, region, network: { availabilityZones: [`${region}a`, `${region}b`] } };
      expect(object(env, 'JobDefinition').spec.containerProperties.image).toBe(image);
    },
  );
});
