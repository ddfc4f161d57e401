"""The policies that the platform ships, asked about calls as its controllers make them, and as nobody should."""

import json
from typing import Any

import pytest
from moto.core.request import Request
from moto.core.utils import get_service_model
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from werkzeug.test import EnvironBuilder

from conftest import ROOT
from sanders_aws.errors import AwsError
from sanders_aws.iam.enforcement import Enforcement
from sanders_aws.services.roles import session_of
from sanders_aws.wire import Call

ACCOUNT, REGION = "777788889999", "eu-central-1"
PLATFORM = ROOT.parent.parent
FOLDERS = (PLATFORM / "argocd" / "iam", PLATFORM / "controllers" / "config" / "iam")
OURS = [{"Key": "Project", "Value": "sanders-customer-platform"}]

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/sanders-boundary"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
MANAGED = "arn:aws:iam::aws:policy/"
ANYTHING = f"{MANAGED}AdministratorAccess"
OTHER = f"{ROLE}administrator"
SERVICE_ROLE = "sanders-batch-service-role-dev"
NEW_ROLE = "sanders-batch-job-role-new"
MACHINE_ROLE = f"{ROLE}sanders-stepfunctions-role-dev"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:sanders-orchestrator-dev"
JOB_ROLE = "sanders-batch-job-role-dev"
BUCKET, PROD = "sanders-customer-platform-dev", "sanders-customer-platform-prod"
BUDGET = "SandersMonthlyBudget-dev"
TABLE = "sanders_daily_customer_features_"


def tagged(kind: str, *tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": list(tags)}]


@pytest.fixture(scope="module")
def network() -> dict[str, str]:
    """A VPC of ours, and one of somebody else."""
    ec2 = ec2_backends[ACCOUNT][REGION]
    vpcs = [ec2.create_vpc("10.0.0.0/16") for _ in range(2)]
    ec2.tags[vpcs[0].id] = {"Project": "sanders-customer-platform"}
    return {"OURS": vpcs[0].id, "THEIRS": vpcs[1].id}


@pytest.fixture(scope="module")
def sessions() -> dict[str, dict[str, str]]:
    """A session of each service's target role, by the service, beside roles as the platform makes them."""
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_role(JOB_ROLE, "{}", "/", BOUNDARY, "", [], "3600")
    iam.create_role("sanders-batch-service-role-dev", "{}", "/", BOUNDARY, "", [], "3600")
    iam.create_role("sanders-batch-job-role-free", "{}", "/", None, "", [], "3600")
    iam.create_role("administrator", "{}", "/", None, "", [], "3600")
    found = {}
    for file in (file for folder in FOLDERS for file in sorted(folder.glob("*.json"))):
        role = iam.create_role(f"ack-{file.stem}-target", "{}", "/", None, "", [], "3600")
        iam.put_role_policy(role.name, "ack", file.read_text())
        found[file.stem] = session_of(role.arn, "ack") or {}
    return found


def denied(session: dict[str, str], service: str, operation: str, params: dict[str, Any]) -> str:
    """Why the call is denied; empty if it is not."""
    headers = {"X-Amz-Security-Token": session["aws_session_token"]}
    request = Request(EnvironBuilder(method="POST", headers=headers).get_environ())
    model = get_service_model(service).operation_model(operation)
    key = session["aws_access_key_id"]
    call = Call(request, ACCOUNT, REGION, service, operation, "json", model, key)
    call.__dict__["params"] = params
    try:
        Enforcement("enforce").check(call)
    except AwsError as error:
        return error.message
    return "; ".join(call.refused.values())  # of several objects, those that may not be deleted


Made = tuple[str, str, str, dict[str, Any]]  # whose policy, service, operation, parameters

NEEDED: list[Made] = [
    ("batch", "batch", "DescribeComputeEnvironments", {}),
    ("batch", "batch", "CreateComputeEnvironment",
     {"computeEnvironmentName": "sanders-x", "tags": {"a": "b"}, "serviceRole": f"{ROLE}{SERVICE_ROLE}"}),
    ("batch", "batch", "CreateComputeEnvironment", {"computeEnvironmentName": "sanders-x"}),
    ("batch", "batch", "CreateJobQueue",
     {"jobQueueName": "sanders-q", "tags": {"a": "b"},
      "computeEnvironmentOrder": [{"computeEnvironment": "sanders-x"}]}),
    ("batch", "batch", "RegisterJobDefinition",
     {"jobDefinitionName": "sanders-d", "tags": {"a": "b"},
      "containerProperties": {"jobRoleArn": f"{ROLE}{JOB_ROLE}",
                              "executionRoleArn": f"{ROLE}sanders-ecs-task-execution-role-dev"}}),
    ("batch", "batch", "DeregisterJobDefinition", {"jobDefinition": "sanders-d:1"}),
    ("budgets", "budgets", "CreateBudget", {"Budget": {"BudgetName": BUDGET}, "ResourceTags": OURS}),
    ("budgets", "budgets", "DescribeBudget", {"BudgetName": BUDGET}),
    ("budgets", "budgets", "DescribeNotificationsForBudget", {"BudgetName": BUDGET}),
    ("bucket-emptier", "s3", "ListObjectVersions", {"Bucket": BUCKET}),
    ("bucket-emptier", "s3", "DeleteObjects",
     {"Bucket": BUCKET, "Delete": {"Objects": [{"Key": "a", "VersionId": "1"}, {"Key": "b"}]}}),
    ("dynamodb", "dynamodb", "CreateTable", {"TableName": f"{TABLE}dev", "Tags": OURS}),
    ("dynamodb", "dynamodb", "DeleteTable", {"TableName": f"{TABLE}dev"}),
    ("ec2", "ec2", "DescribeVpcs", {}),
    ("ec2", "ec2", "CreateVpc", {"TagSpecifications": tagged("vpc", *OURS)}),
    ("ec2", "ec2", "CreateSubnet", {"VpcId": "OURS", "TagSpecifications": tagged("subnet", *OURS)}),
    ("ec2", "ec2", "AllocateAddress", {"TagSpecifications": tagged("elastic-ip", *OURS)}),
    ("ec2", "ec2", "CreateSecurityGroup", {"VpcId": "OURS", "TagSpecifications": tagged("security-group", *OURS)}),
    ("ec2", "ec2", "DeleteVpc", {"VpcId": "OURS"}),
    ("ec2", "ec2", "ModifyVpcAttribute", {"VpcId": "OURS"}),
    ("ec2", "ec2", "DescribeVpcAttribute", {"VpcId": "OURS"}),
    ("ecr", "ecr", "CreateRepository", {"repositoryName": BUCKET, "tags": OURS}),
    ("ecr", "ecr", "DescribeRepositories", {"repositoryNames": [BUCKET]}),
    ("iam", "iam", "CreateRole", {"RoleName": NEW_ROLE, "PermissionsBoundary": BOUNDARY, "Tags": OURS}),
    ("iam", "iam", "PutRolePolicy", {"RoleName": JOB_ROLE}),
    ("iam", "iam", "AttachRolePolicy",
     {"RoleName": SERVICE_ROLE, "PolicyArn": f"{MANAGED}service-role/AWSBatchServiceRole"}),
    ("s3", "s3", "ListBuckets", {}),
    ("s3", "s3", "CreateBucket", {"Bucket": BUCKET}),
    ("s3", "s3", "GetBucketEncryption", {"Bucket": BUCKET}),
    ("s3", "s3", "PutBucketLifecycleConfiguration", {"Bucket": BUCKET}),
    ("s3", "s3", "DeleteBucketReplication", {"Bucket": BUCKET}),
    ("s3", "s3", "DeleteBucket", {"Bucket": BUCKET}),
    ("sfn", "stepfunctions", "CreateStateMachine",
     {"name": "sanders-orchestrator-dev", "roleArn": MACHINE_ROLE, "tags": [{"key": "a"}]}),
    ("sfn", "stepfunctions", "UpdateStateMachine",
     {"stateMachineArn": MACHINE, "roleArn": MACHINE_ROLE}),
]  # fmt: skip
HOSTILE: list[Made] = [
    # Production's data.
    ("s3", "s3", "DeleteBucket", {"Bucket": PROD}),
    ("s3", "s3", "DeleteBucketPolicy", {"Bucket": PROD}),
    ("bucket-emptier", "s3", "DeleteObjects", {"Bucket": PROD, "Delete": {"Objects": [{"Key": "a"}]}}),
    ("bucket-emptier", "s3", "DeleteObject", {"Bucket": PROD, "Key": "a", "VersionId": "1"}),
    ("bucket-emptier", "s3", "AbortMultipartUpload", {"Bucket": PROD, "Key": "a"}),
    ("dynamodb", "dynamodb", "DeleteTable", {"TableName": f"{TABLE}prod"}),
    ("dynamodb", "dynamodb", "DeleteTable", {"TableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}prod"}),
    ("dynamodb", "dynamodb", "UpdateTimeToLive", {"TableName": f"{TABLE}prod"}),
    ("dynamodb", "dynamodb", "DeleteItem", {"TableName": f"{TABLE}prod"}),
    ("ecr", "ecr", "DeleteRepository", {"repositoryName": PROD, "force": True}),
    ("ecr", "ecr", "BatchDeleteImage", {"repositoryName": PROD}),
    # What is not ours.
    ("s3", "s3", "DeleteBucket", {"Bucket": "somebodys"}),
    ("s3", "s3", "GetObject", {"Bucket": BUCKET, "Key": "a"}),
    ("dynamodb", "dynamodb", "DeleteTable", {"TableName": "somebodys"}),
    ("dynamodb", "dynamodb", "GetItem", {"TableName": f"{TABLE}dev"}),
    ("ecr", "ecr", "DeleteRepository", {"repositoryName": "somebodys"}),
    ("ec2", "ec2", "DeleteVpc", {"VpcId": "THEIRS"}),
    ("ec2", "ec2", "CreateSubnet", {"VpcId": "THEIRS", "TagSpecifications": tagged("subnet", *OURS)}),
    ("ec2", "ec2", "CreateTags", {"Resources": ["THEIRS"], "Tags": OURS}),
    ("ec2", "ec2", "CreateVpc", {}),
    ("ec2", "ec2", "CreateVpc", {"TagSpecifications": tagged("vpc", {"Key": "Project", "Value": "another"})}),
    ("ec2", "ec2", "RunInstances", {}),
    ("budgets", "budgets", "DeleteBudget", {"BudgetName": "somebodys"}),
    ("batch", "batch", "DeleteJobQueue", {"jobQueue": "somebodys"}),
    ("batch", "batch", "SubmitJob", {"jobName": "j", "jobQueue": "sanders-q", "jobDefinition": "sanders-d"}),
    ("sfn", "stepfunctions", "DeleteStateMachine", {"stateMachineArn": MACHINE.replace("sanders", "somebodys")}),
    ("sfn", "stepfunctions", "StartExecution", {"stateMachineArn": MACHINE}),
    # More rights than the platform's roles may have.
    ("iam", "iam", "CreateRole", {"RoleName": NEW_ROLE}),
    ("iam", "iam", "CreateRole", {"RoleName": NEW_ROLE, "PermissionsBoundary": ANYTHING}),
    ("iam", "iam", "CreateRole", {"RoleName": "another", "PermissionsBoundary": BOUNDARY}),
    ("iam", "iam", "CreateRole", {"RoleName": JOB_ROLE, "Path": "/p/", "PermissionsBoundary": BOUNDARY}),
    ("iam", "iam", "PutRolePolicy", {"RoleName": "sanders-batch-job-role-free"}),
    ("iam", "iam", "PutRolePolicy", {"RoleName": "administrator"}),
    ("iam", "iam", "DeleteRolePermissionsBoundary", {"RoleName": JOB_ROLE}),
    ("iam", "iam", "PutRolePermissionsBoundary", {"RoleName": JOB_ROLE, "PermissionsBoundary": ANYTHING}),
    ("iam", "iam", "AttachRolePolicy", {"RoleName": JOB_ROLE, "PolicyArn": ANYTHING}),
    ("iam", "iam", "AttachRolePolicy",
     {"RoleName": SERVICE_ROLE, "PolicyArn": ANYTHING}),
    ("iam", "iam", "UpdateAssumeRolePolicy", {"RoleName": "administrator"}),
    ("iam", "iam", "CreatePolicyVersion", {"PolicyArn": BOUNDARY}),
    ("iam", "iam", "CreateUser", {"UserName": "me"}),
    ("iam", "iam", "CreateAccessKey", {"UserName": "me"}),
    ("iam", "sts", "AssumeRole", {"RoleArn": OTHER}),
    # Roles handed to somebody else.
    ("batch", "batch", "CreateComputeEnvironment", {"computeEnvironmentName": "sanders-x", "serviceRole": OTHER}),
    ("batch", "batch", "RegisterJobDefinition",
     {"jobDefinitionName": "sanders-d", "containerProperties": {"jobRoleArn": OTHER}}),
    ("sfn", "stepfunctions", "UpdateStateMachine", {"stateMachineArn": MACHINE, "roleArn": OTHER}),
    ("sfn", "stepfunctions", "CreateStateMachine", {"name": "sanders-orchestrator-x", "roleArn": f"{ROLE}{JOB_ROLE}"}),
    ("iam", "iam", "CreateServiceLinkedRole", {"AWSServiceName": "batch.amazonaws.com"}),
]  # fmt: skip


def _with_ids(params: dict[str, Any], network: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(params)
    for name, value in network.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    found: dict[str, Any] = json.loads(text)
    return found


def _ids(calls: list[Made]) -> list[str]:
    return [f"{role} {operation} {number}" for number, (role, _, operation, _) in enumerate(calls)]


@pytest.mark.parametrize(("role", "service", "operation", "params"), NEEDED, ids=_ids(NEEDED))
def test_what_controllers_need_is_allowed(
    sessions: Any, network: Any, role: str, service: str, operation: str, params: dict[str, Any]
) -> None:
    assert denied(sessions[role], service, operation, _with_ids(params, network)) == ""


@pytest.mark.parametrize(("role", "service", "operation", "params"), HOSTILE, ids=_ids(HOSTILE))
def test_what_nobody_should_do_is_denied(
    sessions: Any, network: Any, role: str, service: str, operation: str, params: dict[str, Any]
) -> None:
    assert "is not authorized to perform" in denied(sessions[role], service, operation, _with_ids(params, network))


def test_every_controller_has_its_calls() -> None:
    services = {file.stem for folder in FOLDERS for file in folder.glob("*.json")}
    assert {role for role, *_ in NEEDED} == services
    assert {role for role, *_ in HOSTILE} == services
