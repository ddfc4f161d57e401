"""Makes the AWS resources that a job uses, from the manifests in dist/dev.

In the platform this is what the ACK controllers do. Here it is boto3, so that the job can be tested without a cluster.
"""

import time
from pathlib import Path
from typing import Any

import boto3
import yaml

DIST = Path(__file__).parents[3] / "dist" / "dev"

Spec = dict[str, Any]


class Platform:
    """The platform's resources in AWS."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.bucket = str(_only("Bucket")["name"])
        self.table = str(_only("Table")["tableName"])
        self.queue = str(_only("JobQueue")["name"])
        self.state_machine = ""  # its ARN

    def rows(self) -> list[dict[str, Any]]:
        """The table's rows, by their keys."""
        items = self.session.resource("dynamodb").Table(self.table).scan()["Items"]
        return sorted(items, key=lambda row: (row["customer_id"], row["date"]))

    def object(self, key: str) -> str:
        return str(self.session.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def upload(self, key: str, content: str | bytes) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.session.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def empty(self) -> None:
        self.session.resource("s3").Bucket(self.bucket).object_versions.delete()
        table = self.session.resource("dynamodb").Table(self.table)
        with table.batch_writer() as batch:
            for row in self.rows():
                batch.delete_item(Key={"customer_id": row["customer_id"], "date": row["date"]})


def create(session: boto3.Session) -> Platform:
    """Makes the resources, and waits until they can be used."""
    platform = Platform(session)
    roles = {name: _create_role(session, spec) for name, spec in _specs("Role").items()}
    session.client("s3").create_bucket(
        Bucket=platform.bucket, CreateBucketConfiguration={"LocationConstraint": session.region_name}
    )
    table = _only("Table")
    session.client("dynamodb").create_table(**_parameters(session, "dynamodb", "CreateTable", table))
    _create_batch(session, roles)
    machine = _only("StateMachine")
    created = session.client("stepfunctions").create_state_machine(
        **_parameters(session, "stepfunctions", "CreateStateMachine", machine)
    )
    platform.state_machine = created["stateMachineArn"]
    return platform


def _create_role(session: boto3.Session, spec: Spec) -> str:
    created = session.client("iam").create_role(
        RoleName=spec["name"], AssumeRolePolicyDocument=spec["assumeRolePolicyDocument"]
    )
    return str(created["Role"]["Arn"])


def _create_batch(session: boto3.Session, roles: dict[str, str]) -> None:
    batch = session.client("batch")
    environment = _only("ComputeEnvironment")
    network = _create_network(session, environment["computeResources"]["subnetRefs"])
    resources = {**environment["computeResources"], **network}
    batch.create_compute_environment(
        computeEnvironmentName=environment["name"],
        serviceRole=roles[_referred(environment["serviceRoleRef"])],
        **_parameters(session, "batch", "CreateComputeEnvironment", {**environment, "computeResources": resources}),
    )
    _wait(lambda: batch.describe_compute_environments()["computeEnvironments"][0]["status"] == "VALID")
    queue = _only("JobQueue")
    order = [
        {"order": entry["order"], "computeEnvironment": environment["name"]}
        for entry in queue["computeEnvironmentOrder"]
    ]
    batch.create_job_queue(
        jobQueueName=queue["name"],
        **_parameters(session, "batch", "CreateJobQueue", {**queue, "computeEnvironmentOrder": order}),
    )
    _wait(lambda: batch.describe_job_queues()["jobQueues"][0]["status"] == "VALID")
    for definition in _specs("JobDefinition").values():
        container = definition["containerProperties"]
        container = {
            **container,
            "executionRoleArn": roles[_referred(container["executionRoleRef"])],
            "jobRoleArn": roles[_referred(container["jobRoleRef"])],
        }
        batch.register_job_definition(
            jobDefinitionName=definition["name"],
            **_parameters(session, "batch", "RegisterJobDefinition", {**definition, "containerProperties": container}),
        )


def _create_network(session: boto3.Session, subnet_refs: list[Spec]) -> dict[str, list[str]]:
    """Makes a VPC with the subnets that are referred to and a way out; what the compute environment needs of it."""
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=_only("VPC")["cidrBlocks"][0])["Vpc"]["VpcId"]
    _lead_out(ec2, vpc)
    blocks = [_specs("Subnet")[_referred(ref)]["cidrBlock"] for ref in subnet_refs]
    group = _only("SecurityGroup")
    return {
        "subnets": [ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"] for block in blocks],
        "securityGroupIds": [
            ec2.create_security_group(GroupName=group["name"], Description=group["description"], VpcId=vpc)["GroupId"]
        ],
    }


def _lead_out(ec2: Any, vpc: str) -> None:
    """Makes the NAT gateway and routes all subnets through it, which is how the job pulls its image."""
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    block = _specs("Subnet")[_referred(_only("NATGateway")["subnetRef"])]["cidrBlock"]
    public = ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    _wait(lambda: ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "available")


def _specs(kind: str) -> dict[str, Spec]:
    """The specs of all manifests of a kind, by the objects' names."""
    documents = [doc for file in sorted(DIST.glob("*.yaml")) for doc in yaml.safe_load_all(file.read_text())]
    return {doc["metadata"]["name"]: doc["spec"] for doc in documents if doc["kind"] == kind}


def _only(kind: str) -> Spec:
    (spec,) = _specs(kind).values()
    return spec


def _referred(ref: Spec) -> str:
    return str(ref["from"]["name"])


def _parameters(session: boto3.Session, service: str, action: str, spec: Spec) -> Spec:
    """The spec's fields that a call takes, spelled as the call does (ACK: maxvCPUs, Batch: maxvCpus)."""
    shape = session.client(service).meta.service_model.operation_model(action).input_shape
    converted: Spec = _convert(shape, spec)
    return converted


def _convert(shape: Any, value: Any) -> Any:
    if shape.type_name == "list":
        return [_convert(shape.member, item) for item in value]
    if shape.type_name != "structure":
        return value
    given = {key.rstrip("_").lower(): item for key, item in value.items()}
    return {
        name: _convert(member, given[name.lower()]) for name, member in shape.members.items() if name.lower() in given
    }


def _wait(done: Any) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "Batch's resources did not become VALID within a minute"
        time.sleep(0.05)
