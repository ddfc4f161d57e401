import type { Construct } from 'constructs';
import { Netmask } from 'netmask';

import type { Environment, Side } from '../environments/schema';
import {
  ElasticIpAddress,
  InternetGateway,
  NatGateway,
  RouteTable,
  type RouteTableSpecRoutes,
  SecurityGroup,
  Subnet,
  Vpc,
  VpcEndpoint,
} from '../imports/ec2.services.k8s.aws';
import { EnvironmentChart, objectName, refTo } from './lib/chart';
import { serviceTag } from './lib/tags';

const everywhere = '0.0.0.0/0';

/** The VPC: a public and a private subnet per zone, NAT for the private ones, free endpoints for S3 and DynamoDB. */
export class Network extends EnvironmentChart {
  readonly vpc: Vpc;
  readonly securityGroup: SecurityGroup;
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];
  /** Where jobs run: in the private subnets, or in the public ones if no NAT gateway lets them pull their image. */
  readonly jobSubnets: readonly Subnet[];

  constructor(scope: Construct, env: Environment) {
    super(scope, 'network', env);
    const { natGateways } = env.network;
    const zones = zonesOf(env);

    this.vpc = this.makeVpc();
    const internetGateway = this.makeInternetGateway();
    const publicSides = zones.map((zone) => {
      const routes = [{ destinationCidrBlock: everywhere, gatewayRef: refTo(internetGateway) }];
      const routeTable = this.makeRouteTable('public', zone, routes);
      const subnet = this.makeSubnet('public', zone, routeTable);
      return {
        zone,
        subnet,
        routeTable,
        gateway: zone.index < natGateways ? this.makeNatGateway(zone, subnet) : undefined,
      };
    });
    // A single gateway serves the private subnets of every zone.
    const sharedGateway = publicSides[0]?.gateway;
    const privateSides = publicSides.map(({ zone, gateway = sharedGateway }) => {
      const routes = gateway === undefined ? [] : [{ destinationCidrBlock: everywhere, natGatewayRef: refTo(gateway) }];
      const routeTable = this.makeRouteTable('private', zone, routes);
      return { routeTable, subnet: this.makeSubnet('private', zone, routeTable) };
    });
    this.publicSubnets = publicSides.map(({ subnet }) => subnet);
    this.privateSubnets = privateSides.map(({ subnet }) => subnet);
    this.jobSubnets = natGateways === 0 ? this.publicSubnets : this.privateSubnets;

    const routeTables = [...(natGateways === 0 ? publicSides : []), ...privateSides].map(
      ({ routeTable }) => routeTable,
    );
    for (const service of ['s3', 'dynamodb']) this.makeGatewayEndpoint(service, routeTables);
    this.securityGroup = this.makeSecurityGroup();
  }

  private makeVpc(): Vpc {
    const name = this.names.vpc;
    return new Vpc(this, 'vpc', {
      metadata: { name: objectName(name) },
      spec: {
        cidrBlocks: [this.env.network.vpcCidr],
        instanceTenancy: 'default',
        enableDnsSupport: true,
        enableDnsHostnames: true,
        enableNetworkAddressUsageMetrics: false,
        // Removes the rules of the default security group. The CDK stack needed a Lambda function for that.
        disallowSecurityGroupDefaultRules: true,
        tags: this.nameTags(name),
      },
    });
  }

  private makeInternetGateway(): InternetGateway {
    const name = this.names.internetGateway;
    return new InternetGateway(this, 'internet-gateway', {
      metadata: { name },
      spec: { vpcRef: refTo(this.vpc), tags: this.nameTags(name) },
    });
  }

  private makeRouteTable(side: Side, zone: Zone, routes: RouteTableSpecRoutes[]): RouteTable {
    const name = this.names.routeTable(side, zone.letter);
    return new RouteTable(this, `${side}-route-table-${zone.letter}`, {
      metadata: { name },
      spec: { vpcRef: refTo(this.vpc), routes, tags: this.nameTags(name) },
    });
  }

  private makeSubnet(side: Side, zone: Zone, routeTable: RouteTable): Subnet {
    const name = this.names.subnet(side, zone.letter);
    return new Subnet(this, `${side}-subnet-${zone.letter}`, {
      metadata: { name },
      spec: {
        vpcRef: refTo(this.vpc),
        availabilityZone: zone.name,
        cidrBlock: zone.blocks[side],
        mapPublicIpOnLaunch: side === 'public',
        assignIPv6AddressOnCreation: false,
        enableDns64: false,
        enableResourceNameDnsaRecord: false,
        enableResourceNameDnsaaaaRecord: false,
        // Without this, the ec2 controller sets it again at every resync.
        hostnameType: 'ip-name',
        ipv6Native: false,
        routeTableRefs: [refTo(routeTable)],
        tags: this.nameTags(name),
      },
    });
  }

  private makeNatGateway(zone: Zone, subnet: Subnet): NatGateway {
    const addressName = this.names.natAddress(zone.letter);
    const address = new ElasticIpAddress(this, `nat-address-${zone.letter}`, {
      metadata: { name: addressName },
      spec: { networkBorderGroup: this.env.region, publicIPv4Pool: 'amazon', tags: this.nameTags(addressName) },
    });
    const name = this.names.natGateway(zone.letter);
    return new NatGateway(this, `nat-gateway-${zone.letter}`, {
      metadata: { name },
      spec: {
        subnetRef: refTo(subnet),
        allocationRef: refTo(address),
        connectivityType: 'public',
        availabilityMode: 'zonal',
        tags: this.nameTags(name),
      },
    });
  }

  /**
   * Free. Keeps the jobs' data away from the NAT gateway, which charges by the gigabyte, or from the internet if there
   * is no NAT gateway.
   */
  private makeGatewayEndpoint(service: string, routeTables: readonly RouteTable[]): VpcEndpoint {
    const name = this.names.endpoint(service);
    return new VpcEndpoint(this, `${service}-endpoint`, {
      metadata: { name },
      spec: {
        vpcRef: refTo(this.vpc),
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${this.env.region}.${service}`,
        routeTableRefs: routeTables.map(refTo),
        tags: this.nameTags(name),
      },
    });
  }

  private makeSecurityGroup(): SecurityGroup {
    const name = this.names.securityGroup;
    return new SecurityGroup(this, 'security-group', {
      metadata: { name: objectName(name) },
      spec: {
        name,
        description: 'Security group for AWS Batch compute environment',
        vpcRef: refTo(this.vpc),
        // The controller removes AWS's default egress rule, so it must be listed here. No ingress is allowed at all.
        egressRules: [{ ipProtocol: '-1', ipRanges: [{ cidrIp: everywhere }] }],
        tags: this.nameTags(name),
      },
    });
  }

  /** The AWS console shows the tag `Name`. */
  private nameTags(name: string) {
    return this.tags.list({ ...serviceTag, Name: name });
  }
}

/** An availability zone and the addresses of its two subnets. */
interface Zone {
  readonly name: string;
  readonly index: number;
  /** `a` of `eu-central-1a`. */
  readonly letter: string;
  readonly blocks: Readonly<Record<Side, string>>;
}

/**
 * The environment's zones. As in the CDK stack, the first two zones' public subnets take the VPC's first two blocks,
 * and their private subnets the next two. Each further zone takes the two blocks that follow. So adding a zone moves no
 * existing subnet, which matters because AWS cannot change a subnet's addresses.
 */
function zonesOf({ region, network: { vpcCidr, subnetMask, availabilityZones } }: Environment): Zone[] {
  const first = new Netmask(`${new Netmask(vpcCidr).base}/${subnetMask}`);
  const block = (index: number) => (index === 0 ? first : first.next(index)).toString();
  return availabilityZones.map((name, index) => ({
    name,
    index,
    letter: name.slice(region.length),
    blocks:
      index < 2
        ? { public: block(index), private: block(2 + index) }
        : { public: block(2 * index), private: block(2 * index + 1) },
  }));
}
