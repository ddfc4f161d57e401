"""What calls ask of IAM: complete by AWS's own reference, and right in detail for the calls of this platform."""

from typing import Any

import pytest
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends

from conftest import trust
from sanders_aws.iam import reference
from sanders_aws.iam.questions import PREFIXES, Question, UnknownOperation, questions_of
from sanders_aws.wire import Call

ACCOUNT, REGION = "111122223333", "eu-central-1"


def call(service: str, operation: str, params: dict[str, Any]) -> Call:
    """A call as the gateway gets it, but that no request is behind it."""
    model = get_service_model(service).operation_model(operation)
    made = Call(None, ACCOUNT, REGION, service, operation, "json", model)  # type: ignore[arg-type]
    made.__dict__["params"] = params
    return made


def asked(service: str, operation: str, /, **params: Any) -> list[Question]:
    return questions_of(call(service, operation, params))


def short(questions: list[Question]) -> list[tuple[str, str]]:
    """Actions and resources, without what all ARNs begin with."""
    return [(one.action, one.resource.split(f"{ACCOUNT}:")[-1].removeprefix("arn:aws:s3:::")) for one in questions]


PASS_JOB_ROLES = [("iam:PassRole", "role/job"), ("iam:PassRole", "role/job")]
TAGS = {"Project": "sanders"}
EC2_TAGS = [{"ResourceType": "subnet", "Tags": [{"Key": "Project", "Value": "sanders"}]}]
ENVIRONMENT = f"arn:aws:batch:{REGION}:{ACCOUNT}:compute-environment/e"
JOB_ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"

CASES: dict[str, tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = {
    "batch: tags at creation": (
        "batch", "CreateJobQueue",
        {"jobQueueName": "q", "tags": TAGS, "computeEnvironmentOrder": [{"computeEnvironment": ENVIRONMENT}]},
        [("batch:CreateJobQueue", "compute-environment/e"), ("batch:CreateJobQueue", "job-queue/q"),
         ("batch:TagResource", "job-queue/q")]),
    "batch: its role is passed": (
        "batch", "CreateComputeEnvironment", {"computeEnvironmentName": "e", "serviceRole": JOB_ROLE},
        [("batch:CreateComputeEnvironment", "compute-environment/e"), ("iam:PassRole", "role/job")]),
    "batch: or made": (
        "batch", "CreateComputeEnvironment", {"computeEnvironmentName": "e"},
        [("batch:CreateComputeEnvironment", "compute-environment/e"),
         ("iam:CreateServiceLinkedRole", "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")]),
    "batch: a definition passes its roles": (
        "batch", "RegisterJobDefinition",
        {"jobDefinitionName": "d", "type": "container", "tags": TAGS, "containerProperties": {"jobRoleArn": JOB_ROLE}},
        [("batch:RegisterJobDefinition", "job-definition/d"), ("batch:TagResource", "job-definition/d:*"),
         *PASS_JOB_ROLES]),
    "batch: a job": (
        "batch", "SubmitJob", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"},
        [("batch:SubmitJob", "job-definition/d"), ("batch:SubmitJob", "job-queue/q"), ("batch:SubmitJob", "job/*")]),
    "batch: a job with tags, of a revision": (
        "batch", "SubmitJob", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d:3", "tags": TAGS},
        [("batch:SubmitJob", "job-definition/d:3"), ("batch:SubmitJob", "job-queue/q"), ("batch:SubmitJob", "job/*"),
         ("batch:TagResource", "job-definition/d:3"), ("batch:TagResource", "job-queue/q"),
         ("batch:TagResource", "job/*")]),
    "batch: a revision goes": (
        "batch", "DeregisterJobDefinition", {"jobDefinition": "d:3"},
        [("batch:DeregisterJobDefinition", "job-definition/d:3")]),
    "batch: no resource": ("batch", "DescribeJobQueues", {"jobQueues": ["q"]}, [("batch:DescribeJobQueues", "*")]),
    "budgets: seeing": (
        "budgets", "DescribeBudget", {"AccountId": ACCOUNT, "BudgetName": "b"}, [("budgets:ViewBudget", "budget/b")]),
    "budgets: changing": (
        "budgets", "CreateBudget", {"Budget": {"BudgetName": "b"}, "ResourceTags": [{"Key": "a", "Value": "b"}]},
        [("budgets:ModifyBudget", "budget/b"), ("budgets:TagResource", "budget/b")]),
    "dynamodb: several tables": (
        "dynamodb", "BatchGetItem", {"RequestItems": {"a": {}, "b": {}}},
        [("dynamodb:BatchGetItem", "table/a"), ("dynamodb:BatchGetItem", "table/b")]),
    "dynamodb: an index": (
        "dynamodb", "Query", {"TableName": "a", "IndexName": "i"}, [("dynamodb:Query", "table/a/index/i")]),
    "dynamodb: a transaction": (
        "dynamodb", "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "a"}}, {"Delete": {"TableName": "b"}}]},
        [("dynamodb:DeleteItem", "table/b"), ("dynamodb:PutItem", "table/a")]),
    "dynamodb: tags, by ARN": (
        "dynamodb", "TagResource",
        {"ResourceArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/a", "Tags": [{"Key": "a", "Value": "b"}]},
        [("dynamodb:TagResource", "table/a")]),
    "ec2: what is made, what it belongs to, its tags": (
        "ec2", "CreateSubnet", {"VpcId": "vpc-1", "TagSpecifications": EC2_TAGS},
        [("ec2:CreateSubnet", "subnet/*"), ("ec2:CreateSubnet", "vpc/vpc-1"), ("ec2:CreateTags", "subnet/*")]),
    "ec2: an address, from a pool": (
        "ec2", "AllocateAddress", {},
        [("ec2:AllocateAddress", "elastic-ip/*"), ("ec2:AllocateAddress", "ipv4pool-ec2/amazon")]),
    "ec2: two things at once": (
        "ec2", "AttachInternetGateway", {"InternetGatewayId": "igw-1", "VpcId": "vpc-1"},
        [("ec2:AttachInternetGateway", "internet-gateway/igw-1"), ("ec2:AttachInternetGateway", "vpc/vpc-1")]),
    "ec2: describing": ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, [("ec2:DescribeVpcs", "*")]),
    "ec2: retagging": (
        "ec2", "CreateTags", {"Resources": ["vpce-1", "eipalloc-1"], "Tags": [{"Key": "a", "Value": "b"}]},
        [("ec2:CreateTags", "vpc-endpoint/vpce-1"), ("ec2:CreateTags", "elastic-ip/eipalloc-1")]),
    "ecr: all repositories": ("ecr", "DescribeRepositories", {}, [("ecr:DescribeRepositories", "repository/*")]),
    "events: a rule": ("events", "PutTargets", {"Rule": "r"}, [("events:PutTargets", "rule/r")]),
    "iam: a new role with tags": (
        "iam", "CreateRole", {"RoleName": "r", "Path": "/p/", "Tags": [{"Key": "a", "Value": "b"}]},
        [("iam:CreateRole", "role/p/r"), ("iam:TagRole", "role/p/r")]),
    "iam: attaching is about the role": (
        "iam", "AttachRolePolicy", {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/x"},
        [("iam:AttachRolePolicy", "role/r")]),
    "logs: a group": (
        "logs", "CreateLogGroup", {"logGroupName": "/a"}, [("logs:CreateLogGroup", "log-group:/a:log-stream:")]),
    "logs: a stream": (
        "logs", "PutLogEvents", {"logGroupName": "/a", "logStreamName": "s"},
        [("logs:PutLogEvents", "log-group:/a:log-stream:s")]),
    "s3: another name": ("s3", "DeleteBucketEncryption", {"Bucket": "b"}, [("s3:PutEncryptionConfiguration", "b")]),
    "s3: listing": ("s3", "ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "b")]),
    "s3: an object that is not there": (
        "s3", "HeadObject", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "b/k"), ("s3:ListBucket", "b")]),
    "s3: a version": (
        "s3", "DeleteObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, [("s3:DeleteObjectVersion", "b/k")]),
    "s3: many": (
        "s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}, {"Key": "l", "VersionId": "1"}]}},
        [("s3:DeleteObject", "b/k"), ("s3:DeleteObjectVersion", "b/l")]),
    "s3: a copy": (
        "s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "c/o%20p"},
        [("s3:GetObject", "c/o p"), ("s3:PutObject", "b/k")]),
    "stepfunctions: its role is passed": (
        "stepfunctions", "CreateStateMachine", {"name": "m", "roleArn": JOB_ROLE, "tags": [{"key": "a", "value": "b"}]},
        [("states:CreateStateMachine", "stateMachine:m"), ("states:TagResource", "stateMachine:m"),
         ("iam:PassRole", "role/job")]),
    "stepfunctions: a version is its state machine": (
        "stepfunctions", "StartExecution", {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m:2"},
        [("states:StartExecution", "stateMachine:m")]),
    "sts: tags and identity of a session": (
        "sts", "AssumeRole", {"RoleArn": JOB_ROLE, "Tags": [{"Key": "a", "Value": "b"}], "SourceIdentity": "x"},
        [("sts:AssumeRole", "role/job"), ("sts:TagSession", "role/job"), ("sts:SetSourceIdentity", "role/job")]),
    "sts: free for all": ("sts", "GetCallerIdentity", {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), CASES.values(), ids=CASES)
def test_asked(service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert short(asked(service, operation, **params)) == expected


def test_each_resource_has_its_own_context() -> None:
    made, vpc, tags = asked("ec2", "CreateSubnet", VpcId="vpc-1", TagSpecifications=EC2_TAGS)
    assert made.context == {"aws:tagkeys": ("Project",), "aws:requesttag/project": "sanders"}
    assert vpc.context == {}
    assert tags.context["ec2:createaction"] == "CreateSubnet"


def test_keys_of_roles() -> None:
    boundary, policy = "arn:aws:iam::1:policy/b", "arn:aws:iam::aws:policy/x"
    (made,) = asked("iam", "CreateRole", RoleName="r", PermissionsBoundary=boundary)
    assert made.context == {"iam:permissionsboundary": boundary}
    (passed,) = asked("stepfunctions", "UpdateStateMachine", stateMachineArn="", roleArn=JOB_ROLE)
    assert passed.context == {"iam:passedtoservice": "states.amazonaws.com"}
    tags = [{"Key": "a", "Value": "b"}]
    iam_backends[ACCOUNT]["aws"].create_role("old", trust("ecs"), "/p/", boundary, "", tags, "3600")
    (attached,) = asked("iam", "AttachRolePolicy", RoleName="old", PolicyArn=policy)
    assert attached.resource == f"arn:aws:iam::{ACCOUNT}:role/p/old"
    assert attached.context == {
        "iam:permissionsboundary": boundary,
        "iam:policyarn": policy,
        "aws:resourcetag/a": "b",
        "iam:resourcetag/a": "b",
    }


def test_what_is_not_known_is_not_let_through() -> None:
    with pytest.raises(UnknownOperation, match="does not know which rights dynamodb ExecuteStatement needs"):
        asked("dynamodb", "ExecuteStatement", Statement="SELECT 1")


# What is not asked for: services that nobody here calls, or that a rule answers for anybody.
UNKNOWN = {
    "batch": {"QuotaShare", "ServiceJob", "TerminateJobs", "CancelJobs"},
    "budgets": {"Action"},
    "dynamodb": {"Backup", "Export", "Import", "Global", "PointInTime", "Execute", "Bulk"},
    "ecr": {"Replication", "Referrers"},
    "events": {"Source", "Archive", "Connection", "Destination", "Replay", "Endpoint"},
    "iam": {"OpenID", "OIDC", "SAML", "MFA", "ServerCertificate", "Delegation", "AcquireRole", "Template",
            "OrganizationsAccess", "HumanReadable"},
    "s3": {"Metadata", "CreateSession", "Torrent", "Rename", "Select", "WriteGetObject", "Preflight"},
    "stepfunctions": {"Alias"},
    "sts": {"AssumeRoot", "Federation"},
}  # fmt: skip


@pytest.mark.parametrize("service", UNKNOWN)
def test_every_operation_asks_for_all_that_the_reference_requires(service: str) -> None:
    """With all parameters given, each type that the reference requires is asked for, unless one of several will do."""
    model, wrong = get_service_model(service), []
    prefix = PREFIXES.get(service, service)
    for operation in model.operation_names:
        if operation == "PostObject":  # a form, which is in no parameter
            continue
        params = _filled(model.operation_model(operation).input_shape, prefix)
        try:
            questions = asked(service, operation, **params)
        except UnknownOperation:
            if not any(part in operation for part in UNKNOWN[service]):
                wrong.append(operation)
            continue
        action = reference.action(prefix, operation)
        own = [one for one in questions if action and one.action == action.name]
        types = [reference.resource_type(prefix, name) for name in action.required] if action else []
        met = [kind for kind in types if any(kind.pattern.fullmatch(one.resource) for one in own)]
        if own and types and not met:
            wrong.append(operation)
    assert wrong == []


# What the official controller calls for a network, from its first object to the last.
NETWORK = """
    AllocateAddress AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
    CreateInternetGateway CreateNatGateway CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags
    CreateVpc CreateVpcEndpoint DeleteInternetGateway DeleteNatGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup
    DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DescribeAddresses DescribeInternetGateways
    DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkInterfaces DescribeRouteTables
    DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute DescribeVpcEndpoints
    DescribeVpcs DetachInternetGateway DisassociateRouteTable ModifySubnetAttribute ModifyVpcAttribute
    ModifyVpcEndpoint ReleaseAddress ReplaceRoute RevokeSecurityGroupEgress RevokeSecurityGroupIngress
"""


@pytest.mark.parametrize("operation", NETWORK.split())
def test_every_operation_on_a_network_asks_for_all_that_the_reference_requires(operation: str) -> None:
    model = get_service_model("ec2").operation_model(operation)
    params = _filled(model.input_shape, "ec2")
    if "Resources" in params:
        params["Resources"] = ["vpc-1"]
    own = [one for one in asked("ec2", operation, **params) if one.action == f"ec2:{operation}"]
    action = reference.action("ec2", operation)
    assert action
    types = [reference.resource_type("ec2", name) for name in action.required]
    assert own
    assert all(any(kind.pattern.fullmatch(one.resource) for one in own) for kind in types)


def _filled(shape: Any, prefix: str, name: str = "", depth: int = 0) -> Any:
    """A value for each member of a shape."""
    if shape is None or depth > 5:
        return {}
    if shape.type_name == "structure":
        return {member: _filled(inner, prefix, member, depth + 1) for member, inner in shape.members.items()}
    if shape.type_name == "list":
        return [_filled(shape.member, prefix, name, depth + 1)]
    if shape.type_name == "map":
        return {"key": _filled(shape.value, prefix, name, depth + 1)}
    if shape.type_name == "string" and name.lower().endswith("arn"):
        return _ARNS.get(f"{prefix} {name}") or _ARNS[prefix]
    if name == "jobDefinition":
        return "name:1"
    return {"integer": 1, "long": 1, "boolean": True}.get(shape.type_name, "name")


_ARNS = {
    "batch": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/name",
    "batch arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:scheduling-policy/name",
    "budgets": f"arn:aws:budgets::{ACCOUNT}:budget/name",
    "dynamodb": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/name",
    "dynamodb StreamArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/name/stream/1",
    "ec2": "name",
    "ecr": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/name",
    "events": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/name",
    "iam": f"arn:aws:iam::{ACCOUNT}:policy/name",
    "iam Arn": f"arn:aws:iam::{ACCOUNT}:role/name",
    "iam PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:role/name",
    "s3": "arn:aws:s3:::name",
    "states": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:name",
    "states activityArn": f"arn:aws:states:{REGION}:{ACCOUNT}:activity:name",
    "states executionArn": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:name:1",
    "states mapRunArn": f"arn:aws:states:{REGION}:{ACCOUNT}:mapRun:name/label:1",
    "sts": f"arn:aws:iam::{ACCOUNT}:role/name",
}
