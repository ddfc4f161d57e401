"""What nobody may do: a hundred hostile calls, each tried by every role that the platform has.

The roles are those that bootstrap.py makes and those of the environment dev, with their own policies and trusts.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from moto.core.request import Request
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends
from werkzeug.test import EnvironBuilder

import bootstrap
from conftest import ROOT
from sanders_aws.errors import AwsError
from sanders_aws.iam.enforcement import Enforcement
from sanders_aws.services.roles import session_of
from sanders_aws.wire import Call

# An account that no other test uses; in dist/ it is the platform's.
ACCOUNT, OURS, REGION = "888899990000", "120569615884", "eu-central-1"
PLATFORM = ROOT.parent.parent
TARGETS = {
    file.stem: file
    for folder in (PLATFORM / "argocd" / "iam", PLATFORM / "controllers" / "config" / "iam")
    for file in sorted(folder.glob("*.json"))
}
OWN = ("batch", "budgets", "bucket-emptier")
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/sanders-boundary"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"

PROD = "sanders-customer-platform-prod"
TABLE = "sanders_daily_customer_features_prod"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:sanders-orchestrator-prod"
KEY = {"customer_id": {"S": "1"}, "date": {"S": "2026-01-01"}}
OURSELVES = "sanders-batch-job-role-dev"  # a role within the boundary
FREE = "sanders-batch-job-role-free"  # a role with our prefix, that somebody made without it

Hostile = tuple[str, str, dict[str, Any]]  # service, operation, parameters


def _on(service: str, params: dict[str, Any], *operations: str) -> list[Hostile]:
    return [(service, operation, params) for operation in operations]


OBJECT = {"Bucket": PROD, "Key": "data/1.csv"}
ITEM = {"TableName": TABLE, "Key": KEY}
IMAGE = {"repositoryName": PROD, "imageIds": [{"imageTag": "latest"}]}
HOSTILE: list[Hostile] = [
    # Production's data: removed, changed, read, made public.
    *_on("s3", {"Bucket": PROD}, "DeleteBucket", "DeleteBucketPolicy", "ListObjectsV2"),
    *_on("s3", OBJECT, "DeleteObject", "GetObject", "PutObject", "GetObjectAcl", "DeleteObjectTagging"),
    *_on("s3", {**OBJECT, "VersionId": "1"}, "DeleteObject", "GetObject"),
    *_on("s3", {**OBJECT, "UploadId": "1"}, "AbortMultipartUpload"),
    *_on("s3", {**OBJECT, "ACL": "public-read"}, "PutObjectAcl"),
    ("s3", "DeleteObjects", {"Bucket": PROD, "Delete": {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "1"}]}}),
    *_on("dynamodb", {"TableName": TABLE}, "DeleteTable", "Scan", "UpdateTimeToLive", "DeleteResourcePolicy"),
    *_on("dynamodb", ITEM, "GetItem", "DeleteItem", "UpdateItem", "Query"),
    *_on("dynamodb", {"TableName": TABLE, "Item": KEY}, "PutItem"),
    ("dynamodb", "BatchWriteItem", {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": KEY}}]}}),
    ("dynamodb", "BatchGetItem", {"RequestItems": {TABLE: {"Keys": [KEY]}}}),
    ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Delete": ITEM}]}),
    *_on("ecr", IMAGE, "BatchDeleteImage"),
    *_on("ecr", {"repositoryName": PROD, "force": True}, "DeleteRepository"),
    *_on("ecr", {"repositoryName": PROD}, "PutImage", "SetRepositoryPolicy", "DeleteRepositoryPolicy",
         "InitiateLayerUpload", "CompleteLayerUpload", "UploadLayerPart"),
    # Its jobs.
    ("batch", "SubmitJob", {"jobName": "j", "jobQueue": "sanders-queue-prod", "jobDefinition": "sanders-2g-prod"}),
    ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE}),
    ("stepfunctions", "StartSyncExecution", {"stateMachineArn": MACHINE}),
    ("stepfunctions", "StopExecution", {"executionArn": MACHINE.replace("stateMachine", "execution") + ":1"}),
    # What is not ours.
    *_on("s3", {"Bucket": "somebodys"}, "DeleteBucket", "PutBucketPolicy", "ListObjectsV2", "PutBucketVersioning"),
    *_on("s3", {"Bucket": "somebodys", "Key": "a"}, "GetObject", "DeleteObject"),
    *_on("dynamodb", {"TableName": "somebodys"}, "DeleteTable", "DescribeTable", "UpdateTable", "Scan"),
    *_on("ecr", {"repositoryName": "somebodys"}, "DeleteRepository", "PutLifecyclePolicy"),
    *_on("ec2", {}, "RunInstances", "CreateVpc", "CreateKeyPair", "CreateVpcPeeringConnection", "StopInstances"),
    *_on("ec2", {"VpcId": "vpc-theirs"}, "DeleteVpc", "CreateSubnet", "CreateSecurityGroup"),
    *_on("ec2", {"GroupId": "sg-theirs"}, "AuthorizeSecurityGroupIngress", "DeleteSecurityGroup"),
    *_on("budgets", {"BudgetName": "somebodys"}, "DeleteBudget", "DescribeBudget"),
    *_on("batch", {"jobQueue": "somebodys"}, "DeleteJobQueue", "UpdateJobQueue"),
    *_on("batch", {"computeEnvironment": "somebodys"}, "DeleteComputeEnvironment", "UpdateComputeEnvironment"),
    *_on("stepfunctions", {"stateMachineArn": MACHINE.replace("sanders-", "")}, "DeleteStateMachine",
         "DescribeStateMachine", "UpdateStateMachine"),
    # More rights than the platform's roles may have.
    *_on("iam", {"RoleName": "administrator"}, "PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy",
         "DeleteRole", "DeleteRolePolicy", "UpdateRole", "TagRole"),
    *_on("iam", {"RoleName": "ack-iam-target"}, "PutRolePolicy", "UpdateAssumeRolePolicy", "AttachRolePolicy",
         "DeleteRolePolicy"),
    *_on("iam", {"RoleName": "ack-sanders-controller"}, "PutRolePolicy", "UpdateAssumeRolePolicy"),
    *_on("iam", {"RoleName": FREE}, "PutRolePolicy", "UpdateAssumeRolePolicy", "AttachRolePolicy", "UpdateRole"),
    *_on("iam", {"RoleName": OURSELVES}, "DeleteRolePermissionsBoundary"),
    *_on("iam", {"RoleName": OURSELVES, "PermissionsBoundary": ADMIN}, "PutRolePermissionsBoundary"),
    *_on("iam", {"RoleName": OURSELVES, "PolicyArn": ADMIN}, "AttachRolePolicy"),
    *_on("iam", {"RoleName": "sanders-batch-service-role-dev", "PolicyArn": ADMIN}, "AttachRolePolicy"),
    *_on("iam", {"RoleName": "sanders-batch-job-role-x"}, "CreateRole"),
    *_on("iam", {"RoleName": "sanders-batch-job-role-x", "PermissionsBoundary": ADMIN}, "CreateRole"),
    *_on("iam", {"RoleName": "another", "PermissionsBoundary": BOUNDARY}, "CreateRole"),
    *_on("iam", {"RoleName": "ack-x-target", "PermissionsBoundary": BOUNDARY}, "CreateRole"),
    *_on("iam", {"PolicyArn": BOUNDARY}, "CreatePolicyVersion", "DeletePolicy"),
    *_on("iam", {"PolicyArn": BOUNDARY, "VersionId": "v1"}, "SetDefaultPolicyVersion", "DeletePolicyVersion"),
    *_on("iam", {"PolicyName": "sanders-boundary"}, "CreatePolicy"),
    *_on("iam", {"UserName": "me"}, "CreateUser", "CreateAccessKey", "CreateLoginProfile", "PutUserPolicy",
         "DeleteUser", "ListAccessKeys"),
    *_on("iam", {"UserName": "me", "PolicyArn": ADMIN}, "AttachUserPolicy"),
    *_on("iam", {"InstanceProfileName": "p", "RoleName": OURSELVES}, "AddRoleToInstanceProfile"),
    *_on("iam", {"AWSServiceName": "organizations.amazonaws.com"}, "CreateServiceLinkedRole"),
    # Roles of others, taken or handed on.
    *_on("sts", {"RoleArn": f"{ROLE}administrator", "RoleSessionName": "s"}, "AssumeRole"),
    *_on("sts", {"RoleArn": f"{ROLE}{OURSELVES}", "RoleSessionName": "s"}, "AssumeRole"),
    *_on("sts", {"RoleArn": f"{ROLE}ack-sanders-controller", "RoleSessionName": "s"}, "AssumeRole"),
    *_on("sts", {"RoleArn": "arn:aws:iam::111122223333:role/ack-s3-target", "RoleSessionName": "s"}, "AssumeRole"),
    ("batch", "CreateComputeEnvironment",
     {"computeEnvironmentName": "sanders-x", "serviceRole": f"{ROLE}administrator"}),
    ("batch", "CreateComputeEnvironment",
     {"computeEnvironmentName": "sanders-x", "serviceRole": f"{ROLE}ack-iam-target"}),
    ("batch", "RegisterJobDefinition",
     {"jobDefinitionName": "sanders-x", "containerProperties": {"jobRoleArn": f"{ROLE}administrator"}}),
    ("batch", "RegisterJobDefinition",
     {"jobDefinitionName": "sanders-x", "containerProperties": {"executionRoleArn": f"{ROLE}ack-batch-target"}}),
    ("stepfunctions", "CreateStateMachine",
     {"name": "sanders-orchestrator-x", "roleArn": f"{ROLE}administrator"}),
    ("stepfunctions", "CreateStateMachine", {"name": "sanders-orchestrator-x", "roleArn": f"{ROLE}{OURSELVES}"}),
    ("stepfunctions", "UpdateStateMachine", {"stateMachineArn": MACHINE, "roleArn": f"{ROLE}administrator"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def sessions() -> dict[str, dict[str, str]]:
    """A session of each role, by the role's name."""
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        iam = iam_backends[ACCOUNT]["aws"]
    limits = (PLATFORM / "argocd" / "iam" / "boundary" / "sanders-boundary.json").read_text()
    iam.create_policy("", "/", limits, "sanders-boundary", {})
    for name in ("administrator", FREE):
        iam.create_role(name, "{}", "/", None, "", [], "3600")
    names = [*_controllers(iam), *_targets(iam), *_of_environment(iam)]
    return {name: session_of(f"{ROLE}{name}", "session") or {} for name in names}


def _controllers(iam: Any) -> Iterator[str]:
    official = [service for service in TARGETS if service not in OWN]
    for name, services in {**{service: [service] for service in official}, "sanders": list(OWN)}.items():
        targets = [f"arn:*:iam::*:role/ack-{service}-target" for service in services]
        yield _role(iam, f"ack-{name}-controller", bootstrap._trust({"Service": "pods.eks.amazonaws.com"}))
        permissions = bootstrap._policy({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": targets})
        iam.put_role_policy(f"ack-{name}-controller", "ack", permissions)


def _targets(iam: Any) -> Iterator[str]:
    for service, file in TARGETS.items():
        controller = "sanders" if service in OWN else service
        trust = bootstrap._trust({"AWS": f"{ROLE}ack-{controller}-controller"})
        yield _role(iam, f"ack-{service}-target", trust)
        iam.put_role_policy(f"ack-{service}-target", "ack", file.read_text())


def _of_environment(iam: Any) -> Iterator[str]:
    text = (PLATFORM / "dist" / "dev" / "roles.k8s.yaml").read_text().replace(OURS, ACCOUNT)
    for spec in (document["spec"] for document in yaml.safe_load_all(text) if document["kind"] == "Role"):
        yield _role(iam, spec["name"], spec["assumeRolePolicyDocument"], spec["permissionsBoundary"])
        for name, policy in spec.get("inlinePolicies", {}).items():
            iam.put_role_policy(spec["name"], name, policy)
        for arn in spec.get("policies", []):
            iam.attach_role_policy(arn, spec["name"])


def _role(iam: Any, name: str, trust: str, boundary: str | None = None) -> str:
    iam.create_role(name, trust, "/", boundary, "", [], "3600")
    return name


def _denied(session: dict[str, str], service: str, operation: str, params: dict[str, Any]) -> str:
    headers = {"X-Amz-Security-Token": session["aws_session_token"]}
    request = Request(EnvironBuilder(method="POST", headers=headers).get_environ())
    model = get_service_model(service).operation_model(operation)
    call = Call(request, ACCOUNT, REGION, service, operation, "json", model, session["aws_access_key_id"])
    call.__dict__["params"] = json.loads(json.dumps(params))
    try:
        Enforcement("enforce").check(call)
    except AwsError as error:
        return error.message
    return "; ".join(call.refused.values())


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    HOSTILE,
    ids=[f"{number} {one[0]} {one[1]}" for number, one in enumerate(HOSTILE)],
)
def test_no_role_may(sessions: Any, service: str, operation: str, params: dict[str, Any]) -> None:
    by = {name: _denied(session, service, operation, params) for name, session in sessions.items()}
    assert len(by) == 7 + 9 + 4
    assert [name for name, message in by.items() if "is not authorized to perform" not in message] == []


def test_there_are_a_hundred() -> None:
    assert len({json.dumps(one) for one in HOSTILE}) >= 100
